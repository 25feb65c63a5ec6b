package dev.mesosshuffle.database;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Work on places whose disks may hang: each place is worked on by one thread at a time, which is waited for only so long.
 * Once it has been stuck for longer, nobody waits for that place until it is free again.
 *
 * <p><b>Concurrency:</b> for any thread. A place that hangs costs one thread.
 */
public final class BoundedCalls {
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final Map<Path, Slot> slots = new ConcurrentHashMap<>();
    private final Executor threads;

    public BoundedCalls(String threadName) {
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE.toMillis(), TimeUnit.MILLISECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, threadName);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    private static final class Slot {
        final Semaphore free = new Semaphore(1);
        volatile long begunAt;
    }

    /** The place did not answer in time. */
    public static final class NoAnswerException extends IOException {
        private static final long serialVersionUID = 1;

        NoAnswerException(Path place) {
            super(place + " does not answer; its disk may hang");
        }
    }

    /**
     * Works on a place.
     *
     * @param abandon gets a result that comes too late
     * @throws NoAnswerException if it takes longer than the limit
     * @throws ExecutionException what the work has thrown, or that there is no thread for it
     */
    public <T> T call(Path place, Duration limit, Callable<T> work, Consumer<T> abandon)
            throws NoAnswerException, ExecutionException {
        Slot slot = slots.computeIfAbsent(place, key -> new Slot());
        try {
            acquire(place, slot, limit);
            CompletableFuture<T> result = new CompletableFuture<>();
            start(slot, () -> complete(result, work, abandon));
            try {
                return result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                if (result.cancel(false)) {
                    throw new NoAnswerException(place);
                }
                return result.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExecutionException(e);
        }
    }

    private static void acquire(Path place, Slot slot, Duration limit) throws NoAnswerException, InterruptedException {
        if (slot.free.tryAcquire()) {
            return;
        }
        boolean stuck = System.nanoTime() - slot.begunAt >= limit.toNanos();
        if (stuck || !slot.free.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new NoAnswerException(place);
        }
    }

    private void start(Slot slot, Runnable work) throws ExecutionException {
        slot.begunAt = System.nanoTime();
        try {
            threads.execute(() -> {
                try {
                    work.run();
                } finally {
                    slot.free.release();
                }
            });
        } catch (RuntimeException | Error e) {
            // No thread to be had, most likely.
            slot.free.release();
            throw new ExecutionException(e);
        }
    }

    private static <T> void complete(CompletableFuture<T> result, Callable<T> work, Consumer<T> abandon) {
        try {
            T value = work.call();
            if (!result.complete(value)) {
                abandon.accept(value);
            }
        } catch (Exception | Error e) {
            result.completeExceptionally(e);
        }
    }
}
