package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When is asked, and when not. */
final class MasterPollerTest {
    private static final Duration CHECK = Duration.ofSeconds(1);
    private static final ExpiryPolicy RULES =
            new ExpiryPolicy(Duration.ofHours(24), true, Duration.ofHours(1), FrameworkStatus.ABSENT_FOR);

    private final ScriptedMaster master = new ScriptedMaster();
    private final List<Duration> askedAt = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1000;

    @Test
    void asksRarelyWhileNobodyWaits() {
        AppLiveness orphan = AppLiveness.withoutDriver(now, null, 0, 0);
        run(questions(1), Duration.ofHours(10), orphan);
        assertThat(askedAt.size()).isBetween(30, 60);
        assertThat(gaps()).allMatch(gap -> gap.compareTo(MasterPoller.ROUTINE_FROM) >= 0);
    }

    @Test
    void asksNothingIfNothingNeedsToBeKnown() {
        run(questions(1), Duration.ofDays(1));
        assertThat(askedAt).isEmpty();
    }

    @Test
    void spreadsTheFirstQuestionsOfAThousandHosts() {
        List<Duration> firsts = new ArrayList<>();
        AppLiveness waiting = waiting();
        long start = now;
        for (int host = 0; host < 1000; host++) {
            now = start;
            askedAt.clear();
            run(questions(host), MasterPoller.FIRST_WITHIN.plus(CHECK), waiting);
            firsts.add(askedAt.get(0));
        }
        for (int from = 0; from < 60; from += 10) {
            Duration begin = Duration.ofSeconds(from);
            assertThat(firsts.stream()
                            .filter(at -> at.compareTo(begin) >= 0 && at.compareTo(begin.plusSeconds(10)) < 0)
                            .count())
                    .isBetween(100L, 250L);
        }
    }

    @Test
    void asksTheFirstQuestionWithinTwoChecksIfTheyComeOften() {
        Duration two = CHECK.multipliedBy(2);
        for (int host = 0; host < 100; host++) {
            askedAt.clear();
            MasterPoller questions = questions(host);
            questions.expectChecks(CHECK);
            run(questions, two.plus(CHECK), waiting());
            assertThat(askedAt)
                    .hasSize(1)
                    .first()
                    .satisfies(at -> assertThat(at).isLessThanOrEqualTo(two));
        }
    }

    @Test
    void spreadsTheFirstQuestionsNoFurtherIfChecksAreRare() {
        int late = 0;
        for (int host = 0; host < 100; host++) {
            askedAt.clear();
            MasterPoller questions = questions(host);
            questions.expectChecks(Duration.ofHours(1));
            run(questions, MasterPoller.FIRST_WITHIN.plus(CHECK), waiting());
            late += askedAt.get(0).compareTo(CHECK.multipliedBy(2)) > 0 ? 1 : 0;
        }
        assertThat(late).isGreaterThan(80);
    }

    @Test
    void asksAgainAfterAFailureMoreAndMoreSeldom() {
        master.failure = MasterUnavailableException.Kind.UNREACHABLE;
        run(questions(1), Duration.ofHours(1), waiting());
        assertThat(gaps().get(0)).isLessThanOrEqualTo(Duration.ofMinutes(1).plus(CHECK));
        assertThat(gaps())
                .allMatch(gap -> gap.compareTo(MasterPoller.LONGEST_RETRY.plus(CHECK)) <= 0)
                .last()
                .satisfies(gap -> assertThat(gap).isGreaterThan(Duration.ofMinutes(2)));
    }

    @Test
    void asksForASecondAnswerWhenItWouldCount() {
        run(questions(1), Duration.ofMinutes(30), waiting());
        assertThat(gaps())
                .allMatch(gap -> gap.compareTo(FrameworkStatus.AGREE_AFTER) >= 0
                        && gap.compareTo(FrameworkStatus.AGREE_AFTER
                                        .plusMinutes(1)
                                        .plus(CHECK))
                                <= 0);
    }

    @Test
    void doesNotAskWhileAQuestionIsOpen() {
        int[] asked = new int[1];
        MasterPoller questions = new MasterPoller(
                () -> {
                    asked[0]++;
                    return new CompletableFuture<>();
                },
                new Random(1),
                RULES,
                now,
                new MetricRegistry());
        run(questions, Duration.ofHours(1), waiting());
        assertThat(asked[0]).isEqualTo(1);
    }

    @Test
    void survivesAMasterThatThrows() {
        int[] asked = new int[1];
        MasterPoller questions = new MasterPoller(
                () -> {
                    asked[0]++;
                    throw new IllegalStateException("broken for a test");
                },
                new Random(1),
                RULES,
                now,
                new MetricRegistry());
        run(questions, Duration.ofHours(1), waiting());
        assertThat(asked[0]).isGreaterThan(10);
    }

    private AppLiveness waiting() {
        DriverState driver = new DriverState(new Object(), "/10.0.0.1:1", 1, now - 2, null);
        return AppLiveness.withDriver(driver, null).judge(now, RULES).app();
    }

    private MasterPoller questions(long seed) {
        return new MasterPoller(master, new Random(seed), RULES, now, new MetricRegistry());
    }

    private void run(MasterPoller questions, Duration time, AppLiveness... apps) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(CHECK)) {
            MasterPoller.Needs needs = questions.needs();
            List.of(apps).forEach(app -> needs.of(app, now));
            int before = master.questions;
            questions.askIfDue(needs, now, new MasterPoller.Listener() {
                @Override
                public void answered(FrameworkSnapshot answer) {}

                @Override
                public void unanswered() {}
            });
            if (master.questions > before) {
                askedAt.add(passed);
            }
            now += CHECK.toNanos();
        }
    }

    private List<Duration> gaps() {
        List<Duration> gaps = new ArrayList<>();
        for (int i = 1; i < askedAt.size(); i++) {
            gaps.add(askedAt.get(i).minus(askedAt.get(i - 1)));
        }
        return gaps;
    }
}
