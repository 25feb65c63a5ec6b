package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RootExecutorsTest {
    private static final Path ROOT = Path.of("/root");
    private static final Path OTHER = Path.of("/other");

    private final ManualTicker time = new ManualTicker();
    private final RootExecutors workers = new RootExecutors("test-", () -> 0, time);
    private final CountDownLatch healed = new CountDownLatch(1);

    @AfterEach
    void heal() {
        healed.countDown();
        workers.close(Duration.ofSeconds(20));
    }

    @Test
    void aThreadThatHangsKeepsNoOtherRootAndIsReplaced() throws Exception {
        try (LogCapture log = LogCapture.of(HungTasks.class)) {
            CompletableFuture<Void> hung = hang(ROOT);
            CompletableFuture<Void> behind = task(ROOT);
            task(OTHER).get(20, TimeUnit.SECONDS);
            time.pass(HungTasks.LIMIT.minusNanos(1));
            workers.replaceHungThreads();
            assertThat(behind).isNotDone();
            time.pass(Duration.ofNanos(1));
            workers.replaceHungThreads();
            behind.get(20, TimeUnit.SECONDS);
            assertThat(hung).isNotDone();
            workers.replaceHungThreads();
            assertThat(log.lines())
                    .filteredOn(line -> line.contains(ROOT + " for removals hangs"))
                    .hasSize(1);
        }
    }

    @Test
    void isReplacedByOneAndNoMore() throws Exception {
        CompletableFuture<Void> first = hang(ROOT);
        time.pass(HungTasks.LIMIT);
        workers.replaceHungThreads();
        CompletableFuture<Void> second = hang(ROOT);
        CompletableFuture<Void> behind = task(ROOT);
        time.pass(HungTasks.LIMIT);
        workers.replaceHungThreads();
        assertThat(behind).isNotDone();
        healed.countDown();
        CompletableFuture.allOf(first, second, behind).get(20, TimeUnit.SECONDS);
    }

    @Test
    void aTaskThatComesToItsNextFileDoesNotHangHoweverLongItTakes() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch passed = new CountDownLatch(1);
        CountDownLatch onward = new CountDownLatch(1);
        workers.execute(ROOT, rateLimiter -> {
            started.countDown();
            await(onward);
            rateLimiter.acquire();
            passed.countDown();
            await(healed);
        });
        started.await();
        CompletableFuture<Void> behind = task(ROOT);
        time.pass(HungTasks.LIMIT.minusNanos(1));
        onward.countDown();
        passed.await();
        time.pass(HungTasks.LIMIT.minusNanos(1));
        workers.replaceHungThreads();
        assertThat(behind).isNotDone();
        time.pass(Duration.ofNanos(1));
        workers.replaceHungThreads();
        behind.get(20, TimeUnit.SECONDS);
    }

    @Test
    void waitsNoLongerThanItsTimeForAThreadThatHangsAtTheStop() throws Exception {
        try (LogCapture log = LogCapture.of(RootExecutors.class)) {
            CompletableFuture<Void> hung = hang(ROOT);
            workers.close(Duration.ofMillis(1));
            assertThat(hung).isNotDone();
            assertThat(log.lines()).containsExactly("WARN Work under /root hangs; the next start resumes it");
        }
    }

    private CompletableFuture<Void> hang(Path root) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<Void> done = new CompletableFuture<>();
        workers.execute(root, rateLimiter -> {
            started.countDown();
            await(healed);
            done.complete(null);
        });
        started.await();
        return done;
    }

    private CompletableFuture<Void> task(Path root) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        workers.execute(root, rateLimiter -> done.complete(null));
        return done;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("must not be interrupted", e);
        }
    }
}
