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

    @Test
    void givesEachClientATurnHoweverManyOthersWait() throws Exception {
        OperationQueue large = new OperationQueue(100);
        OperationQueue.Entry own = add(large, StoreTurn.OWN);
        add(large, StoreTurn.OWN);
        OperationQueue.Entry hostile = add(large, new StoreTurn("hostile", "app-1"));
        OperationQueue.Entry secondHostile = add(large, new StoreTurn("hostile", "app-2"));
        OperationQueue.Entry healthy = add(large, new StoreTurn("healthy", "app-3"));

        assertThat(large.take(3, TIMEOUT)).containsExactly(own, hostile, healthy);
        assertThat(large.take(9, TIMEOUT)).hasSize(2).contains(secondHostile);
    }

    @Test
    void keepsTheOrderOfTheOperationsOfOneApplicationWhoeverTheyAreFrom() throws Exception {
        OperationQueue large = new OperationQueue(100);
        add(large, StoreTurn.ofService("other"));
        OperationQueue.Entry removal = add(large, StoreTurn.ofService("app"));
        OperationQueue.Entry registration = add(large, new StoreTurn("client", "app"));
        OperationQueue.Entry drivers = add(large, StoreTurn.ofService("app"));

        assertThat(large.take(9, TIMEOUT)).hasSize(4).containsSubsequence(removal, registration, drivers);

        // None waits any more, so that the next one is among those of its own client.
        add(large, StoreTurn.OWN);
        add(large, StoreTurn.OWN);
        OperationQueue.Entry later = add(large, new StoreTurn("client", "app"));
        assertThat(large.take(2, TIMEOUT)).contains(later);
    }

    @Test
    void leavesRoomForOtherClientsAndForTheServiceItself() throws Exception {
        OperationQueue small = new OperationQueue(4);
        add(small, new StoreTurn("a", "app-1"));
        add(small, new StoreTurn("a", "app-2"));
        assertThatThrownBy(() -> add(small, new StoreTurn("a", "app-3"))).isInstanceOf(StoreException.class);
        add(small, new StoreTurn("b", "app-4"));
        add(small, StoreTurn.OWN);
        assertThatThrownBy(() -> add(small, StoreTurn.OWN)).isInstanceOf(StoreException.class);
    }

    private OperationQueue.Entry add() throws StoreException {
        return add(queue, StoreTurn.OWN);
    }

    private static OperationQueue.Entry add(OperationQueue to, StoreTurn turn) throws StoreException {
        OperationQueue.Entry entry = new OperationQueue.Entry(statements -> {}, new CompletableFuture<>(), turn);
        to.add(entry);
        return entry;
    }
}
