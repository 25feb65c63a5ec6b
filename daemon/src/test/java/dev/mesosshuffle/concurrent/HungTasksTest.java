package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HungTasksTest {
    private static final int THREADS = 2;
    private static final Path DISK = Path.of("/disk");
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private final ManualTicker time = new ManualTicker();
    private final MetricRegistry metrics = new MetricRegistry();
    private final DiskExecutors pools =
            new DiskExecutors(THREADS, 100, metrics, UnaryOperator.identity(), time, prefix -> this::thread);
    private final LogCapture log = LogCapture.of(HungTasks.class);
    private final List<CountDownLatch> hanging = new ArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task);
        threads.add(thread);
        return thread;
    }

    @AfterEach
    void letGo() throws InterruptedException {
        hanging.forEach(CountDownLatch::countDown);
        pools.close();
        // What they log belongs to this test.
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        }
        log.close();
    }

    @Test
    void givesTheDiskOtherThreadsOnceItsOwnHang() throws Exception {
        hang(THREADS);
        CompletableFuture<Void> next = waiting();
        time.pass(HungTasks.LIMIT.minus(MOMENT));
        pools.replaceHungThreads();
        assertThat(next).isNotDone();
        assertThat(hungThreads()).isZero();
        time.pass(MOMENT);
        pools.replaceHungThreads();
        next.get(20, TimeUnit.SECONDS);
        assertThat(hungThreads()).isEqualTo(THREADS);
        assertThat(log.lines()).hasSize(1).first().asString().contains("A thread of disk /disk hangs");
    }

    @Test
    void replacesAsManyThreadsAsThereAreAndNoMore() throws Exception {
        hang(THREADS);
        time.pass(HungTasks.LIMIT);
        pools.replaceHungThreads();
        hang(THREADS);
        CompletableFuture<Void> next = waiting();
        time.pass(HungTasks.LIMIT);
        pools.replaceHungThreads();
        assertThat(hungThreads()).isEqualTo(2 * THREADS);
        assertThat(next).isNotDone();
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void saysWhenTheLastOneGoesOnAndWarnsOfTheNextOutage() throws Exception {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(THREADS, THREADS, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>());
        HungTasks tasks = new HungTasks("/disk", pool, time);
        for (int outage = 1; outage <= 2; outage++) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            Thread thread = new Thread(() -> tasks.run(() -> {
                started.countDown();
                awaitQuietly(release);
            }));
            thread.start();
            started.await();
            time.pass(HungTasks.LIMIT);
            tasks.check();
            assertThat(tasks.count()).isEqualTo(1);
            assertThat(pool.getMaximumPoolSize()).isEqualTo(THREADS + 1);
            release.countDown();
            thread.join();
            assertThat(tasks.count()).isZero();
            assertThat(pool.getMaximumPoolSize()).isEqualTo(THREADS);
            assertThat(pool.getCorePoolSize()).isEqualTo(THREADS);
            assertThat(log.lines()).hasSize(2 * outage).last().isEqualTo("INFO No thread of disk /disk hangs any more");
        }
        pool.shutdown();
    }

    /** Starts tasks, each of which occupies a thread of its own. */
    private void hang(int tasks) throws InterruptedException {
        CountDownLatch started = new CountDownLatch(tasks);
        for (int i = 0; i < tasks; i++) {
            CountDownLatch release = new CountDownLatch(1);
            hanging.add(release);
            pools.execute(DISK, () -> {
                started.countDown();
                awaitQuietly(release);
            });
        }
        assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletableFuture<Void> waiting() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        pools.execute(DISK, () -> done.complete(null));
        return done;
    }

    private int hungThreads() {
        return (Integer) Objects.requireNonNull(metrics.getGauges().get("shuffleService.disk./disk.hungThreads"))
                .getValue();
    }

    @Test
    void runsATaskThatThereIsNoMemoryToWatch() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>());
        HungTasks tasks = new HungTasks("/disk", pool, () -> {
            throw new OutOfMemoryError("for a test");
        });
        CompletableFuture<Void> done = new CompletableFuture<>();
        tasks.run(() -> done.complete(null));
        assertThat(done).isDone();
        assertThat(tasks.count()).isZero();
        pool.shutdown();
    }
}
