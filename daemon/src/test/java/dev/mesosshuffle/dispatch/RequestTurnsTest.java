package dev.mesosshuffle.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RequestTurnsTest {
    private final Queue<Runnable> eventLoop = new ArrayDeque<>();
    private final RequestTurns turns = new RequestTurns(2, 3, eventLoop::add);
    private final List<Runnable> ends = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private int dropped;

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
        assertThat(submit(ends::add)).isFalse();
        ends.get(0).run();
        assertThat(submit(ends::add)).isTrue();
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
        assertThat(submit(ends::add)).isTrue();
        assertThat(ends).hasSize(2);
        assertThat(turns.inProgress()).isZero();
        assertThat(turns.waiting()).isZero();
        assertThat(dropped).isEqualTo(3);
    }

    @Test
    void workThatCannotStartTakesNoPlace() {
        assertThatIllegalStateException()
                .isThrownBy(() -> submit(done -> {
                    throw new IllegalStateException("for a test");
                }));
        assertThat(turns.inProgress()).isZero();
        assertThat(dropped).as("what its message had reserved is released").isOne();
    }

    private boolean submit(Consumer<Runnable> start) {
        return submit(turns, start);
    }

    private boolean submit(RequestTurns to, Consumer<Runnable> start) {
        return to.submit(new RequestTurns.Work() {
            @Override
            public void start(Runnable done) {
                start.accept(done);
            }

            @Override
            public void drop() {
                dropped++;
            }

            @Override
            public void fail(Throwable cause) {
                failures.add(cause);
            }
        });
    }

    private void submit(int count) {
        for (int i = 0; i < count; i++) {
            assertThat(submit(ends::add)).isTrue();
        }
    }

    @Test
    void failsTheNextThatThereIsNoMemoryToStartAndStartsTheOneAfterIt() {
        OutOfMemoryError shortage = new OutOfMemoryError("for a test");
        int[] shortages = {1};
        RequestTurns scarce = new RequestTurns(1, 3, task -> {
            if (shortages[0]-- > 0) {
                throw shortage;
            }
            eventLoop.add(task);
        });
        for (int i = 0; i < 3; i++) {
            assertThat(submit(scarce, ends::add)).isTrue();
        }
        ends.get(0).run();
        assertThat(failures).containsExactly(shortage);
        eventLoop.remove().run();
        ends.get(1).run();
        assertThat(scarce.inProgress()).isZero();
        assertThat(dropped).isZero();
    }
}
