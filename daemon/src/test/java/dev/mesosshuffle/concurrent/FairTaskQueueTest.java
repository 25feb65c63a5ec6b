package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FairTaskQueueTest {
    private final FairTaskQueue queue = new FairTaskQueue(4, 2);
    private final Runnable own = new Thread();

    @Test
    void isBoundedForEachClient() {
        assertThat(queue.offer(task("a"))).isTrue();
        assertThat(queue.offer(task("a"))).isTrue();
        assertThat(queue.offer(task("a"))).isFalse();
        assertThat(queue.offer(task("b"))).isTrue();
        assertThat(queue.poll()).isEqualTo(task("a"));
        assertThat(queue.offer(task("a"))).isTrue();
    }

    @Test
    void isBoundedInAll() {
        for (String client : List.of("a", "b", "c", "d")) {
            assertThat(queue.offer(task(client))).isTrue();
        }
        assertThat(queue.offer(task("e"))).isFalse();
        assertThat(queue.remainingCapacity()).isZero();
        assertThat(queue.poll()).isEqualTo(task("a"));
        assertThat(queue.offer(task("e"))).isTrue();
    }

    @Test
    void isBoundedForEachGroup() {
        record Member(Object clientGroup, int number) implements GroupedClient {}
        assertThat(queue.offer(new ClientTask(new Member("host", 1), own))).isTrue();
        assertThat(queue.offer(new ClientTask(new Member("host", 2), own))).isTrue();
        assertThat(queue.offer(new ClientTask(new Member("host", 3), own))).isFalse();
        assertThat(queue.offer(new ClientTask(new Member("other", 1), own))).isTrue();
    }

    @Test
    void aTaskWithoutAClientIsAClientOfItsOwn() {
        assertThat(queue.offer(task("a"))).isTrue();
        assertThat(queue.offer(task("a"))).isTrue();
        assertThat(queue.offer(own)).isTrue();
        assertThat(queue.poll()).isEqualTo(task("a"));
        assertThat(queue.poll()).isSameAs(own);
    }

    @Test
    void givesATaskToAThreadThatWaitsForOne() throws Exception {
        CompletableFuture<Runnable> taken = new CompletableFuture<>();
        Thread taker = new Thread(() -> {
            try {
                taken.complete(queue.take());
            } catch (InterruptedException e) {
                taken.completeExceptionally(e);
            }
        });
        taker.start();
        queue.put(own);
        assertThat(taken.get(20, TimeUnit.SECONDS)).isSameAs(own);
        assertThat(queue).isEmpty();
    }

    @Test
    void returnsNothingAfterATimeoutAndATaskAtOnce() throws Exception {
        assertThat(queue.poll(1, TimeUnit.NANOSECONDS)).isNull();
        queue.add(own);
        assertThat(queue.poll(1, TimeUnit.HOURS)).isSameAs(own);
    }

    @Test
    void removesAndDrainsTasks() {
        queue.add(task("a"));
        queue.add(task("b"));
        queue.add(own);
        assertThat(queue.remove(own)).isTrue();
        assertThat(queue.remove(own)).isFalse();
        assertThat(queue).containsExactlyInAnyOrder(task("a"), task("b"));
        List<Runnable> drained = new ArrayList<>();
        assertThat(queue.drainTo(drained, 1)).isEqualTo(1);
        assertThat(queue.drainTo(drained)).isEqualTo(1);
        assertThat(drained).containsExactly(task("a"), task("b"));
    }

    private ClientTask task(String client) {
        return new ClientTask(client, own);
    }
}
