package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.testing.ManualTicker;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

final class RemovalTurnTest {
    private final ManualTicker time = new ManualTicker();
    private boolean closed;
    private boolean othersWait = true;
    private boolean newOnesWait = true;
    private final RemovalTurn turn = turn(0);

    private RemovalTurn turn(int doublings) {
        return new RemovalTurn(
                new RateLimiter(() -> 0, time, nanos -> {}),
                () -> closed,
                (isUsedUp, hasDeleted) -> othersWait && (isUsedUp || newOnesWait),
                doublings,
                time);
    }

    @Test
    void isOverAfterItsFilesAndStaysSo() {
        process(RemovalTurn.MAX_FILES);
        assertThat(turn.getAsBoolean()).isTrue();
        othersWait = false;
        assertThat(turn.getAsBoolean()).isTrue();
        assertThat(turn.isOver()).isTrue();
    }

    @Test
    void isOverAfterItsTimeButNotBeforeItCanHaveDeletedSomething() {
        time.pass(RemovalTurn.MAX_DURATION);
        process(RemovalTurn.MIN_FILES);
        assertThat(turn.getAsBoolean()).isTrue();
    }

    @Test
    void continuesUntilItsTimeIsOver() {
        time.pass(RemovalTurn.MAX_DURATION.minusNanos(1));
        process(RemovalTurn.MIN_FILES + 1);
        time.pass(RemovalTurn.MAX_DURATION);
        assertThat(turn.getAsBoolean()).isTrue();
    }

    @Test
    void isLongerOnceEarlierOnesWereInVainUnlessANewOneWaits() {
        newOnesWait = false;
        RemovalTurn third = turn(2);
        for (int i = 0; i < 4 * RemovalTurn.MAX_FILES; i++) {
            assertThat(third.getAsBoolean()).isFalse();
        }
        assertThat(third.getAsBoolean()).isTrue();
        assertThat(third.isUsedUp()).isTrue();

        newOnesWait = true;
        RemovalTurn disturbed = turn(2);
        for (int i = 0; i < RemovalTurn.MAX_FILES; i++) {
            assertThat(disturbed.getAsBoolean()).isFalse();
        }
        assertThat(disturbed.getAsBoolean()).isTrue();
        assertThat(disturbed.isUsedUp()).isFalse();
    }

    @Test
    void continuesWhileNobodyElseWaits() {
        othersWait = false;
        process(10 * RemovalTurn.MAX_FILES);
        othersWait = true;
        assertThat(turn.getAsBoolean()).isTrue();
    }

    @Test
    void aStopEndsItAndItIsNotOver() {
        process(1);
        closed = true;
        assertThat(turn.getAsBoolean()).isTrue();
        assertThat(turn.isOver()).isFalse();
    }

    @Test
    void measuresABoundedNumberOfFilesWhoeverWaits() {
        BooleanSupplier measuring = turn.forMeasuring();
        int files = 0;
        while (!measuring.getAsBoolean()) {
            files++;
        }
        assertThat(files).isEqualTo(2000);
        assertThat(turn.isOver()).isFalse();
        closed = true;
        assertThat(turn.forMeasuring().getAsBoolean()).isTrue();
    }

    private void process(int files) {
        for (int i = 0; i < files; i++) {
            assertThat(turn.getAsBoolean()).as("before file %s", i).isFalse();
        }
        assertThat(turn.isOver()).isFalse();
    }
}
