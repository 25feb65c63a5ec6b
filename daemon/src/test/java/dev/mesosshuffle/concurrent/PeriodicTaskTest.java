package dev.mesosshuffle.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ScarceLog;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PeriodicTaskTest {
    private final LogCapture log = LogCapture.of(PeriodicTask.class, ThreadShortage.class);
    private final Deque<Throwable> failures = new ArrayDeque<>();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void runsAgainAfterAFailureOnADaemonThreadOfItsName() throws Exception {
        CountDownLatch runs = new CountDownLatch(3);
        List<Thread> threads = new CopyOnWriteArrayList<>();
        Runnable failing = () -> {
            threads.add(Thread.currentThread());
            runs.countDown();
            throw new IllegalStateException("fails");
        };
        try (PeriodicTask task = new PeriodicTask("test-timer", failing)) {
            task.start(Duration.ZERO, Duration.ofMillis(1));
            assertThat(runs.await(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(threads)
                .allMatch(Thread::isDaemon)
                .extracting(Thread::getName)
                .containsOnly("test-timer");
    }

    @Test
    void logsTheFirstFailureOfASeries() {
        try (PeriodicTask task = new PeriodicTask("scan", this::failOrNot)) {
            failures.add(new IllegalStateException("first"));
            failures.add(new AssertionError("second"));
            task.run();
            task.run();
            assertThat(log.lines()).singleElement().asString().startsWith("ERROR Task scan failed");
            task.run();
            failures.add(new IllegalStateException("third"));
            task.run();
            assertThat(log.lines()).hasSize(2);
        }
    }

    @Test
    void reportsAShortageOfThreadsAsOne() {
        try (PeriodicTask task = new PeriodicTask("scan", this::failOrNot)) {
            failures.add(new OutOfMemoryError("unable to create native thread"));
            task.run();
            assertThat(log.lines()).noneMatch(line -> line.contains("Task scan failed"));
        }
    }

    private void failOrNot() {
        Throwable failure = failures.poll();
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    @Test
    void goesOnIfThereIsNoMemoryToReportAFailure() throws Exception {
        CountDownLatch runs = new CountDownLatch(2);
        Runnable failing = () -> {
            runs.countDown();
            throw new OutOfMemoryError("for a test");
        };
        try (ScarceLog scarce = ScarceLog.of(PeriodicTask.class);
                PeriodicTask task = new PeriodicTask("test-timer", failing)) {
            task.start(Duration.ZERO, Duration.ofMillis(1));
            assertThat(runs.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(scarce.isUsed()).isTrue();
        }
    }
}
