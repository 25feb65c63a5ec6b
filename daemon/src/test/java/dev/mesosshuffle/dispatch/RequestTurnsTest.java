package dev.mesosshuffle.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class RequestTurnsTest {
    private final Queue<Runnable> eventLoop = new ArrayDeque<>();
    private final RequestTurns turns = new RequestTurns(2, 3, eventLoop::add);
    private final List<Runnable> ends = new ArrayList<>();

    @Test
    void startsAsManyAsMayBeInProgressAndNoMore() {
        submit(3);
        assertThat(ends).hasSize(2);
        assertThat(turns.inProgress()).isEqualTo(2);
        assertThat(turns.waiting()).isEqualTo(1);
    }

    @Test
    void startsTheNextOnTheEventLoopWhenOneHasEnded() {
        submit(3);
        ends.get(1).run();
        assertThat(ends).hasSize(2);
        eventLoop.remove().run();
        assertThat(ends).hasSize(3);
        assertThat(turns.inProgress()).isEqualTo(2);
    }

    @Test
    void doesNotWakeTheEventLoopIfNothingWaits() {
        submit(2);
        ends.forEach(Runnable::run);
        assertThat(eventLoop).isEmpty();
        assertThat(turns.inProgress()).isZero();
    }

    @Test
    void refusesWhatExceedsTheWaitingOnes() {
        submit(5);
        assertThat(turns.submit(ends::add)).isFalse();
        ends.get(0).run();
        assertThat(turns.submit(ends::add)).isTrue();
    }

    @Test
    void dropsWhatWaitsWhenItsConnectionIsClosed() {
        submit(4);
        ends.get(0).run();
        turns.close();
        // The next one was chosen before, and must not start either.
        eventLoop.remove().run();
        assertThat(ends).hasSize(2);
        ends.get(1).run();
        assertThat(eventLoop).isEmpty();
        assertThat(turns.submit(ends::add)).isTrue();
        assertThat(ends).hasSize(2);
        assertThat(turns.inProgress()).isZero();
        assertThat(turns.waiting()).isZero();
    }

    @Test
    void workThatCannotStartTakesNoPlace() {
        assertThatIllegalStateException()
                .isThrownBy(() -> turns.submit(done -> {
                    throw new IllegalStateException("for a test");
                }));
        assertThat(turns.inProgress()).isZero();
    }

    private void submit(int count) {
        for (int i = 0; i < count; i++) {
            assertThat(turns.submit(ends::add)).isTrue();
        }
    }
}
