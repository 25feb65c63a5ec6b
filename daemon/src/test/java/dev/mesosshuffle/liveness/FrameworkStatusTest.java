package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FrameworkStatusTest {
    private static final long START = Long.MAX_VALUE - 1000;
    private static final Duration LONG = Duration.ofHours(1);
    private static final ExpiryPolicy RULES =
            new ExpiryPolicy(Duration.ofHours(24), true, LONG, FrameworkStatus.ABSENT_FOR);

    private FrameworkStatus word = FrameworkStatus.UNASKED;
    private long now = START;

    @Test
    void provesNothingUnasked() {
        assertThat(provesEnd()).isFalse();
        assertThat(word.isAlive()).isFalse();
    }

    @Test
    void takesAnEntryForAliveEvenIfItIsCompletedToo() {
        say(new FrameworkSnapshot(Set.of("app"), Set.of("app"), "a", LONG));
        assertThat(word.isAlive()).isTrue();
        assertThat(provesEnd()).isFalse();
    }

    @Test
    void remembersACompletionThatTheMasterForgets() {
        say(completed());
        say(absent("a"));
        say(absent("b"));
        assertThat(provesEnd()).isTrue();
    }

    @Test
    void provesAnEndByTwoAbsencesThatAreFarEnoughApart() {
        say(alive());
        say(absent("a"));
        pass(FrameworkStatus.AGREE_AFTER.minusNanos(1));
        say(absent("a"));
        assertThat(provesEnd()).isFalse();
        pass(Duration.ofNanos(1));
        say(absent("a"));
        assertThat(provesEnd()).isTrue();
    }

    @Test
    void provesNothingByAbsencesThatDifferentLeadersTellOf() {
        say(alive());
        say(absent("a"));
        pass(FrameworkStatus.AGREE_AFTER);
        say(absent("b"));
        assertThat(provesEnd()).isFalse();
        pass(FrameworkStatus.AGREE_AFTER);
        say(absent("b"));
        assertThat(provesEnd()).isTrue();
    }

    @Test
    void provesNothingByAnAbsenceAndOneThatLiesLongBack() {
        say(alive());
        say(absent("a"));
        // Nobody needed to know, so nobody heard that it was listed again.
        pass(Duration.ofDays(2));
        say(absent("a"));
        assertThat(provesEnd()).isFalse();
        pass(FrameworkStatus.AGREE_AFTER);
        say(absent("a"));
        assertThat(provesEnd()).isTrue();
    }

    @Test
    void provesAnEndByAbsencesAsFarApartAsQuestionsThatNobodyWaitsFor() {
        say(alive());
        say(absent("a"));
        pass(MasterPoller.ROUTINE_TO.plus(FrameworkStatus.ABSENT_FOR));
        say(absent("a"));
        assertThat(provesEnd()).isTrue();
    }

    @Test
    void provesNothingByAbsencesThatAListingLiesBetween() {
        say(alive());
        say(absent("a"));
        say(alive());
        pass(FrameworkStatus.AGREE_AFTER);
        say(absent("a"));
        assertThat(provesEnd()).isFalse();
    }

    @Test
    void provesNothingByAbsencesThatAnIncompleteViewLiesBetween() {
        say(alive());
        say(absent("a"));
        say(new FrameworkSnapshot(Set.of(), Set.of(), "a", FrameworkSnapshot.VIEW_COMPLETE_AFTER));
        pass(FrameworkStatus.AGREE_AFTER);
        say(absent("a"));
        assertThat(provesEnd()).isFalse();
    }

    @Test
    void doesNotMindAQuestionWithoutAnAnswerInBetween() {
        say(alive());
        say(absent("a"));
        word = word.unanswered(now);
        pass(FrameworkStatus.AGREE_AFTER);
        say(absent("a"));
        assertThat(provesEnd()).isTrue();
    }

    @Test
    void provesNothingByAbsencesOfWhatWasNeverListed() {
        say(absent("a"));
        pass(FrameworkStatus.AGREE_AFTER);
        say(absent("a"));
        assertThat(provesEnd()).isFalse();
    }

    @Test
    void provesNothingByAnAbsenceThatIsOld() {
        say(alive());
        say(absent("a"));
        pass(FrameworkStatus.AGREE_AFTER);
        say(absent("a"));
        pass(FrameworkStatus.ABSENT_FOR.minusNanos(1));
        assertThat(provesEnd()).isTrue();
        pass(Duration.ofNanos(1));
        assertThat(provesEnd()).isFalse();
    }

    private boolean provesEnd() {
        return word.provesEnd(now, RULES);
    }

    private void say(FrameworkSnapshot answer) {
        word = word.after(answer, "app", now, RULES);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static FrameworkSnapshot alive() {
        return new FrameworkSnapshot(Set.of("app"), Set.of(), "a", LONG);
    }

    private static FrameworkSnapshot completed() {
        return new FrameworkSnapshot(Set.of("other"), Set.of("app"), "a", LONG);
    }

    private static FrameworkSnapshot absent(String leader) {
        return new FrameworkSnapshot(Set.of("other"), Set.of(), leader, LONG);
    }
}
