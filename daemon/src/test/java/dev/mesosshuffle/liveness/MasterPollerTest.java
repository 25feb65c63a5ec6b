package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When the master is polled, and when not. */
final class MasterPollerTest {
    private static final Duration CHECK = Duration.ofSeconds(1);
    private static final ExpiryPolicy POLICY =
            new ExpiryPolicy(Duration.ofHours(24), true, Duration.ofHours(1), FrameworkStatus.ABSENCE_VALID_FOR);

    private final ScriptedMaster master = new ScriptedMaster();
    private final List<Duration> polledAt = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1000;

    @Test
    void pollsRarelyWhileNoExpiryWaits() {
        AppLiveness driverless = AppLiveness.driverless(now, FormerDrivers.NONE, 0, 0);
        run(poller(1), Duration.ofHours(10), driverless);
        assertThat(polledAt.size()).isBetween(30, 60);
        assertThat(gaps()).allMatch(gap -> gap.compareTo(MasterPoller.MIN_ROUTINE_INTERVAL) >= 0);
    }

    @Test
    void pollsNothingWithoutDemand() {
        run(poller(1), Duration.ofDays(1));
        assertThat(polledAt).isEmpty();
    }

    @Test
    void spreadsTheFirstPollsOfAThousandHosts() {
        List<Duration> firsts = new ArrayList<>();
        AppLiveness waiting = waiting();
        long start = now;
        for (int host = 0; host < 1000; host++) {
            now = start;
            polledAt.clear();
            run(poller(host), MasterPoller.FIRST_WITHIN.plus(CHECK), waiting);
            firsts.add(polledAt.get(0));
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
    void pollsWithinTwoChecksIfTheyAreFrequent() {
        Duration two = CHECK.multipliedBy(2);
        for (int host = 0; host < 100; host++) {
            polledAt.clear();
            MasterPoller poller = poller(host);
            poller.setCheckInterval(CHECK);
            run(poller, two.plus(CHECK), waiting());
            assertThat(polledAt)
                    .hasSize(1)
                    .first()
                    .satisfies(at -> assertThat(at).isLessThanOrEqualTo(two));
        }
    }

    @Test
    void spreadsTheFirstPollsNoFurtherIfChecksAreRare() {
        int late = 0;
        for (int host = 0; host < 100; host++) {
            polledAt.clear();
            MasterPoller poller = poller(host);
            poller.setCheckInterval(Duration.ofHours(1));
            run(poller, MasterPoller.FIRST_WITHIN.plus(CHECK), waiting());
            late += polledAt.get(0).compareTo(CHECK.multipliedBy(2)) > 0 ? 1 : 0;
        }
        assertThat(late).isGreaterThan(80);
    }

    @Test
    void backsOffAfterFailures() {
        master.failure = MasterUnavailableException.Reason.UNREACHABLE;
        run(poller(1), Duration.ofHours(1), waiting());
        assertThat(gaps().get(0)).isLessThanOrEqualTo(Duration.ofMinutes(1).plus(CHECK));
        assertThat(gaps())
                .allMatch(gap -> gap.compareTo(MasterPoller.MAX_RETRY_DELAY.plus(CHECK)) <= 0)
                .last()
                .satisfies(gap -> assertThat(gap).isGreaterThan(Duration.ofMinutes(2)));
    }

    @Test
    void pollsAgainWhenAConfirmationCounts() {
        run(poller(1), Duration.ofMinutes(30), waiting());
        assertThat(gaps())
                .allMatch(gap -> gap.compareTo(FrameworkStatus.CONFIRM_AFTER) >= 0
                        && gap.compareTo(FrameworkStatus.CONFIRM_AFTER
                                        .plusMinutes(1)
                                        .plus(CHECK))
                                <= 0);
    }

    @Test
    void doesNotPollWhileAPollIsPending() {
        int[] polls = new int[1];
        MasterPoller poller = new MasterPoller(
                () -> {
                    polls[0]++;
                    return new CompletableFuture<>();
                },
                new Random(1),
                POLICY,
                now,
                new MetricRegistry());
        run(poller, Duration.ofHours(1), waiting());
        assertThat(polls[0]).isEqualTo(1);
    }

    @Test
    void survivesAMasterThatThrows() {
        int[] polls = new int[1];
        MasterPoller poller = new MasterPoller(
                () -> {
                    polls[0]++;
                    throw new IllegalStateException("broken for a test");
                },
                new Random(1),
                POLICY,
                now,
                new MetricRegistry());
        run(poller, Duration.ofHours(1), waiting());
        assertThat(polls[0]).isGreaterThan(10);
    }

    private AppLiveness waiting() {
        DriverState driver = new DriverState(new Object(), "/10.0.0.1:1", 1, now - 2, null, false);
        return AppLiveness.withDriver(driver, null).judge(now, POLICY).app();
    }

    private MasterPoller poller(long seed) {
        return new MasterPoller(master, new Random(seed), POLICY, now, new MetricRegistry());
    }

    private void run(MasterPoller poller, Duration time, AppLiveness... apps) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(CHECK)) {
            MasterPoller.PollDemand demand = poller.newDemand();
            List.of(apps).forEach(app -> demand.add(app, now));
            int before = master.polls;
            poller.pollIfDue(demand, now, new MasterPoller.Listener() {
                @Override
                public void responded(FrameworkSnapshot response) {}

                @Override
                public void failed() {}
            });
            if (master.polls > before) {
                polledAt.add(passed);
            }
            now += CHECK.toNanos();
        }
    }

    private List<Duration> gaps() {
        List<Duration> gaps = new ArrayList<>();
        for (int i = 1; i < polledAt.size(); i++) {
            gaps.add(polledAt.get(i).minus(polledAt.get(i - 1)));
        }
        return gaps;
    }

    @Test
    void pollsAgainIfThereWasNoMemoryToPoll() {
        MasterPoller poller = new MasterPoller(
                () -> {
                    master.polls++;
                    throw new OutOfMemoryError("for a test");
                },
                new Random(1),
                POLICY,
                now,
                new MetricRegistry());
        run(poller, MasterPoller.MAX_RETRY_DELAY.multipliedBy(2), waiting());
        assertThat(polledAt).hasSizeGreaterThan(1);
    }
}
