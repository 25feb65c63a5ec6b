package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FrameworkStatusTest {
    private static final long START = Long.MAX_VALUE - 1000;
    private static final Duration LONG = Duration.ofHours(1);
    private static final ExpiryPolicy POLICY =
            new ExpiryPolicy(Duration.ofHours(24), true, LONG, FrameworkStatus.ABSENCE_VALID_FOR);

    private FrameworkStatus status = FrameworkStatus.UNPOLLED;
    private long now = START;

    @Test
    void provesNothingBeforeTheFirstPoll() {
        assertThat(provesCompletion()).isFalse();
        assertThat(status.isAlive()).isFalse();
    }

    @Test
    void takesAnEntryForAliveEvenIfItIsCompletedToo() {
        respond(new FrameworkSnapshot(Set.of("app"), Set.of("app"), "a", LONG));
        assertThat(status.isAlive()).isTrue();
        assertThat(provesCompletion()).isFalse();
    }

    @Test
    void remembersACompletionThatTheMasterForgets() {
        respond(completed());
        respond(absent("a"));
        respond(absent("b"));
        assertThat(provesCompletion()).isTrue();
    }

    @Test
    void provesAnEndByTwoAbsencesThatAreFarEnoughApart() {
        respond(alive());
        respond(absent("a"));
        pass(FrameworkStatus.CONFIRM_AFTER.minusNanos(1));
        respond(absent("a"));
        assertThat(provesCompletion()).isFalse();
        pass(Duration.ofNanos(1));
        respond(absent("a"));
        assertThat(provesCompletion()).isTrue();
    }

    @Test
    void provesNothingByAbsencesOfDifferentLeaders() {
        respond(alive());
        respond(absent("a"));
        pass(FrameworkStatus.CONFIRM_AFTER);
        respond(absent("b"));
        assertThat(provesCompletion()).isFalse();
        pass(FrameworkStatus.CONFIRM_AFTER);
        respond(absent("b"));
        assertThat(provesCompletion()).isTrue();
    }

    @Test
    void provesNothingByAnAbsenceAndAMuchEarlierOne() {
        respond(alive());
        respond(absent("a"));
        // There was no poll, so it is unknown that it was listed again.
        pass(Duration.ofDays(2));
        respond(absent("a"));
        assertThat(provesCompletion()).isFalse();
        pass(FrameworkStatus.CONFIRM_AFTER);
        respond(absent("a"));
        assertThat(provesCompletion()).isTrue();
    }

    @Test
    void provesAnEndByAbsencesAsFarApartAsRoutinePolls() {
        respond(alive());
        respond(absent("a"));
        pass(MasterPoller.MAX_ROUTINE_INTERVAL.plus(FrameworkStatus.ABSENCE_VALID_FOR));
        respond(absent("a"));
        assertThat(provesCompletion()).isTrue();
    }

    @Test
    void provesNothingByAbsencesThatAListingLiesBetween() {
        respond(alive());
        respond(absent("a"));
        respond(alive());
        pass(FrameworkStatus.CONFIRM_AFTER);
        respond(absent("a"));
        assertThat(provesCompletion()).isFalse();
    }

    @Test
    void provesNothingByAbsencesThatAnIncompleteViewLiesBetween() {
        respond(alive());
        respond(absent("a"));
        respond(new FrameworkSnapshot(Set.of(), Set.of(), "a", FrameworkSnapshot.VIEW_COMPLETE_AFTER));
        pass(FrameworkStatus.CONFIRM_AFTER);
        respond(absent("a"));
        assertThat(provesCompletion()).isFalse();
    }

    @Test
    void ignoresAFailedPollInBetween() {
        respond(alive());
        respond(absent("a"));
        status = status.pollFailed(now);
        pass(FrameworkStatus.CONFIRM_AFTER);
        respond(absent("a"));
        assertThat(provesCompletion()).isTrue();
    }

    @Test
    void provesNothingByAbsencesOfWhatWasNeverListed() {
        respond(absent("a"));
        pass(FrameworkStatus.CONFIRM_AFTER);
        respond(absent("a"));
        assertThat(provesCompletion()).isFalse();
    }

    @Test
    void provesNothingByAnAbsenceThatIsOld() {
        respond(alive());
        respond(absent("a"));
        pass(FrameworkStatus.CONFIRM_AFTER);
        respond(absent("a"));
        pass(FrameworkStatus.ABSENCE_VALID_FOR.minusNanos(1));
        assertThat(provesCompletion()).isTrue();
        pass(Duration.ofNanos(1));
        assertThat(provesCompletion()).isFalse();
    }

    private boolean provesCompletion() {
        return status.provesCompletion(now, POLICY);
    }

    private void respond(FrameworkSnapshot response) {
        status = status.update(response, "app", now, POLICY);
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
