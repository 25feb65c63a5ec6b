package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class MasterWordTest {
    private static final long START = Long.MAX_VALUE - 1000;
    private static final Duration LONG = Duration.ofHours(1);
    private static final Rules RULES = new Rules(Duration.ofHours(24), true, LONG, MasterWord.ABSENT_FOR);

    private MasterWord word = MasterWord.UNASKED;
    private long now = START;

    @Test
    void provesNothingUnasked() {
        assertThat(provesEnd()).isFalse();
        assertThat(word.isAlive()).isFalse();
    }

    @Test
    void takesAnEntryForAliveEvenIfItIsCompletedToo() {
        say(new MasterAnswer(Set.of("app"), Set.of("app"), "a", LONG));
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
        pass(MasterWord.AGREE_AFTER.minusNanos(1));
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
        pass(MasterWord.AGREE_AFTER);
        say(absent("b"));
        assertThat(provesEnd()).isFalse();
        pass(MasterWord.AGREE_AFTER);
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
        pass(MasterWord.AGREE_AFTER);
        say(absent("a"));
        assertThat(provesEnd()).isTrue();
    }

    @Test
    void provesAnEndByAbsencesAsFarApartAsQuestionsThatNobodyWaitsFor() {
        say(alive());
        say(absent("a"));
        pass(MasterQuestions.ROUTINE_TO.plus(MasterWord.ABSENT_FOR));
        say(absent("a"));
        assertThat(provesEnd()).isTrue();
    }

    @Test
    void provesNothingByAbsencesThatAListingLiesBetween() {
        say(alive());
        say(absent("a"));
        say(alive());
        pass(MasterWord.AGREE_AFTER);
        say(absent("a"));
        assertThat(provesEnd()).isFalse();
    }

    @Test
    void provesNothingByAbsencesThatAnIncompleteViewLiesBetween() {
        say(alive());
        say(absent("a"));
        say(new MasterAnswer(Set.of(), Set.of(), "a", MasterAnswer.VIEW_COMPLETE_AFTER));
        pass(MasterWord.AGREE_AFTER);
        say(absent("a"));
        assertThat(provesEnd()).isFalse();
    }

    @Test
    void doesNotMindAQuestionWithoutAnAnswerInBetween() {
        say(alive());
        say(absent("a"));
        word = word.unanswered(now);
        pass(MasterWord.AGREE_AFTER);
        say(absent("a"));
        assertThat(provesEnd()).isTrue();
    }

    @Test
    void provesNothingByAbsencesOfWhatWasNeverListed() {
        say(absent("a"));
        pass(MasterWord.AGREE_AFTER);
        say(absent("a"));
        assertThat(provesEnd()).isFalse();
    }

    @Test
    void provesNothingByAnAbsenceThatIsOld() {
        say(alive());
        say(absent("a"));
        pass(MasterWord.AGREE_AFTER);
        say(absent("a"));
        pass(MasterWord.ABSENT_FOR.minusNanos(1));
        assertThat(provesEnd()).isTrue();
        pass(Duration.ofNanos(1));
        assertThat(provesEnd()).isFalse();
    }

    private boolean provesEnd() {
        return word.provesEnd(now, RULES);
    }

    private void say(MasterAnswer answer) {
        word = word.after(answer, "app", now, RULES);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static MasterAnswer alive() {
        return new MasterAnswer(Set.of("app"), Set.of(), "a", LONG);
    }

    private static MasterAnswer completed() {
        return new MasterAnswer(Set.of("other"), Set.of("app"), "a", LONG);
    }

    private static MasterAnswer absent(String leader) {
        return new MasterAnswer(Set.of("other"), Set.of(), leader, LONG);
    }
}
