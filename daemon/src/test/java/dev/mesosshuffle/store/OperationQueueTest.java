package dev.mesosshuffle.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.database.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OperationQueueTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final OperationQueue queue = new OperationQueue(3);

    @Test
    void givesTheOldestFirstAndNoMoreThanAsked() throws Exception {
        OperationQueue.Entry one = add();
        OperationQueue.Entry two = add();
        OperationQueue.Entry three = add();

        assertThat(queue.take(2, TIMEOUT)).containsExactly(one, two);
        assertThat(queue.take(2, TIMEOUT)).containsExactly(three);
        assertThat(queue.size()).isZero();
    }

    @Test
    void takesWhatItHasRoomForAndRefusesMore() throws Exception {
        for (int i = 0; i < 3; i++) {
            add();
        }

        assertThatThrownBy(this::add).isInstanceOf(StoreException.class).hasMessageContaining("3 operations wait");
        assertThat(queue.take(1, TIMEOUT)).hasSize(1);
        add();
    }

    @Test
    void givesWhatItHasWhenClosedAndThenNothing() throws Exception {
        OperationQueue.Entry one = add();

        assertThat(queue.close()).isTrue();

        assertThat(queue.take(9, TIMEOUT)).containsExactly(one);
        assertThat(queue.take(9, TIMEOUT)).isNull();
    }

    @Test
    void refusesEverythingOnceClosed() {
        queue.close();

        assertThatThrownBy(this::add).isInstanceOf(StoreException.class).hasMessageContaining("closed");
        assertThat(queue.close()).as("closed first").isFalse();
    }

    @Test
    void wakesWhoWaitsWhenItCloses() throws Exception {
        CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(() -> queue.take(1, TIMEOUT) == null);

        queue.close();

        assertThat(ended.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void givesNothingToWhoDoesNotWantToWaitForLong() {
        assertThat(queue.take(1, Duration.ofMillis(1))).isEmpty();
    }

    private OperationQueue.Entry add() throws StoreException {
        OperationQueue.Entry entry = new OperationQueue.Entry(statements -> {}, new CompletableFuture<>());
        queue.add(entry);
        return entry;
    }
}
