package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DiskExecutorsTest {
    private static final Path HUNG = Path.of("/hung");
    private static final Path SOUND = Path.of("/sound");

    private final MetricRegistry metrics = new MetricRegistry();
    private final DiskExecutors pools = new DiskExecutors(1, 2, metrics);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        release.countDown();
        pools.close();
    }

    @Test
    void aDiskThatHangsDoesNotKeepAnotherFromWorking() throws Exception {
        hang(3);
        CompletableFuture<String> thread = new CompletableFuture<>();
        pools.execute(SOUND, () -> thread.complete(Thread.currentThread().getName()));
        assertThat(thread.get(20, TimeUnit.SECONDS)).isEqualTo("disk-/sound-1");
    }

    @Test
    void takesAsManyTasksAsMayWaitAndNoMore() {
        hang(3);
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> pools.execute(HUNG, () -> {}))
                .isNotInstanceOf(ThreadShortageException.class);
    }

    @Test
    void showsWhatWaits() {
        hang(2);
        Gauge<?> queue = Objects.requireNonNull(metrics.getGauges().get("shuffleService.disk./hung.queue"));
        assertThat(queue.getValue()).isEqualTo(1);
    }

    @Test
    void showsZerosOfADiskThatNothingHasUsed() {
        pools.prepare(List.of(SOUND));
        assertThat(metrics.getGauges())
                .hasEntrySatisfying(
                        "shuffleService.disk./sound.queue",
                        gauge -> assertThat(gauge.getValue()).isEqualTo(0))
                .containsKeys("shuffleService.disk./sound.activeThreads", "shuffleService.disk./sound.hungThreads");
        assertThat(metrics.getTimers()).containsOnlyKeys("shuffleService.disk./sound.readLatencyMillis");
        assertThat(metrics.getCounters()).containsOnlyKeys("shuffleService.disk./sound.readErrors");
    }

    @Test
    void knowsADiskByOneNameWhateverPathItIsUsedBy() throws Exception {
        Path real = Path.of("/mnt/real");
        DiskExecutors named = new DiskExecutors(1, 2, metrics, root -> root.equals(real) ? SOUND : root);
        CompletableFuture<String> thread = new CompletableFuture<>();
        named.execute(real, () -> thread.complete(Thread.currentThread().getName()));
        named.countReadError(real);
        named.countReadError(SOUND);

        assertThat(thread.get(20, TimeUnit.SECONDS)).isEqualTo("disk-/sound-1");
        assertThat(named.activity(real).errors()).isEqualTo(2);
        assertThat(named.activity(SOUND).errors()).isEqualTo(2);
        assertThat(metrics.getCounters()).containsOnlyKeys("shuffleService.disk./sound.readErrors");
        named.close();
    }

    @Test
    void aClientWithOneTaskWaitsForOneTaskOfEachOtherClient() throws Exception {
        DiskExecutors roomy = new DiskExecutors(1, 1000, new MetricRegistry());
        CountDownLatch busy = new CountDownLatch(1);
        roomy.execute(SOUND, () -> awaitQuietly(busy));
        List<String> order = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> last = new CompletableFuture<>();
        for (int i = 1; i <= 60; i++) {
            int number = i;
            roomy.execute(SOUND, "greedy", () -> {
                order.add("greedy");
                if (number == 60) {
                    last.complete(null);
                }
            });
        }
        roomy.execute(SOUND, "modest", () -> order.add("modest"));
        busy.countDown();
        last.get(20, TimeUnit.SECONDS);
        assertThat(order).hasSize(61).startsWith("greedy", "modest", "greedy");
        roomy.close();
    }

    @Test
    void takesNoMoreThanItsPartFromOneClientAndStillTakesOthers() {
        DiskExecutors roomy = new DiskExecutors(1, 1000, new MetricRegistry());
        roomy.execute(HUNG, () -> awaitQuietly(release));
        for (int i = 0; i < DiskExecutors.MAX_QUEUED_PER_CLIENT; i++) {
            roomy.execute(HUNG, "greedy", () -> {});
        }
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> roomy.execute(HUNG, "greedy", () -> {}));
        roomy.execute(HUNG, "modest", () -> {});
        roomy.close();
    }

    @Test
    void countsTheReadErrorsOfEachDisk() {
        pools.countReadError(HUNG);
        pools.countReadError(HUNG);
        pools.execute(SOUND, () -> {});
        assertThat(metrics.counter("shuffleService.disk./hung.readErrors").getCount())
                .isEqualTo(2);
        assertThat(metrics.counter("shuffleService.disk./sound.readErrors").getCount())
                .isZero();
    }

    @Test
    void givesATaskToTheThreadsThatThereAreIfNoMoreCanBeMade() throws Exception {
        List<Thread> made = new CopyOnWriteArrayList<>();
        DiskExecutors starved = starvedBeyond(1, made);
        CountDownLatch busy = new CountDownLatch(1);
        starved.execute(SOUND, () -> awaitQuietly(busy));
        CompletableFuture<Void> second = new CompletableFuture<>();
        starved.execute(SOUND, () -> second.complete(null));
        busy.countDown();
        second.get(20, TimeUnit.SECONDS);
        assertThat(made).hasSize(1);
        starved.close();
    }

    @Test
    void rejectsATaskIfNoThreadCanBeMadeAtAll() throws Exception {
        DiskExecutors starved = starvedBeyond(0, new CopyOnWriteArrayList<>());
        assertThatExceptionOfType(ThreadShortageException.class)
                .isThrownBy(() -> starved.execute(SOUND, () -> {}))
                .withMessageContaining("no thread can be made");
        starved.close();
    }

    /** Only so many threads can be made. */
    private DiskExecutors starvedBeyond(int most, List<Thread> made) {
        return new DiskExecutors(
                2,
                10,
                new MetricRegistry(),
                UnaryOperator.identity(),
                System::nanoTime,
                prefix -> task -> new Thread(task) {
                    @Override
                    public synchronized void start() {
                        if (made.size() == most) {
                            throw new OutOfMemoryError("unable to create native thread: possibly out of memory");
                        }
                        made.add(this);
                        super.start();
                    }
                });
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void hang(int tasks) {
        for (int i = 0; i < tasks; i++) {
            pools.execute(HUNG, () -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }
}
