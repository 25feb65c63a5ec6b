package dev.mesosshuffle.concurrent;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls that may hang, such as those that read a disk, and waits for each no longer than a limit. A call names its
 * place: at one place, one call runs at a time, and callers get their turn in order. Once a call has run for longer than a
 * caller would wait, that caller fails at once, so that a place that hangs costs one thread.
 *
 * <p><b>Concurrency:</b> for any thread that may block.
 */
public final class TimeLimiter implements AutoCloseable {
    private static final long LOOK_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final Duration IDLE_LIFE = Duration.ofSeconds(10);

    private final Map<Object, Slot> slots = new ConcurrentHashMap<>();
    private final @Nullable ExecutorService threads;
    private final Duration defaultLimit;

    private TimeLimiter(Duration defaultLimit, @Nullable ExecutorService threads) {
        this.threads = threads;
        this.defaultLimit = defaultLimit;
    }

    /**
     * Creates a limiter.
     *
     * @param threadName of its threads, which exist only while there is work and for 10 s after it
     * @param defaultLimit how long to wait for the calls that name no limit of their own
     */
    public TimeLimiter(String threadName, Duration defaultLimit) {
        this(
                defaultLimit,
                new ThreadPoolExecutor(
                        0,
                        Integer.MAX_VALUE,
                        IDLE_LIFE.toSeconds(),
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        DaemonThreads.named(threadName)));
    }

    /** Returns a limiter that makes every call on the caller's thread, however long it takes. */
    public static TimeLimiter unlimited() {
        return new TimeLimiter(Duration.ZERO, null);
    }

    /** The turn at one place, and since when the call runs whose turn it is. */
    private static final class Slot {
        final Semaphore turn = new Semaphore(1, true);
        volatile boolean running;
        volatile long startedAt;

        boolean isStuck(Duration limit) {
            return running && System.nanoTime() - startedAt >= limit.toNanos();
        }
    }

    /** As {@link #call(Object, Duration, Callable, Consumer)}, with the default limit; a late result is dropped. */
    public <T> T call(Object place, Callable<T> work) throws CallTimeoutException, ExecutionException {
        return call(place, defaultLimit, work, late -> {});
    }

    /** As {@link #call(Object, Duration, Callable, Consumer)}, with the default limit. */
    public <T> T call(Object place, Callable<T> work, Consumer<T> abandon)
            throws CallTimeoutException, ExecutionException {
        return call(place, defaultLimit, work, abandon);
    }

    /**
     * Makes a call, after those at the same place that were there before.
     *
     * @param place a path, or text that names it in messages
     * @param limit how long to wait for the turn, and again for the result
     * @param abandon gets, on the thread of the call and before the next one, a result that comes too late
     * @throws CallTimeoutException if there is no result in time; the call may still run, and take effect
     * @throws ExecutionException if it failed or could not be started, or the caller was interrupted, with the reason as
     *     its cause
     */
    public <T> T call(Object place, Duration limit, Callable<T> work, Consumer<T> abandon)
            throws CallTimeoutException, ExecutionException {
        if (threads == null) {
            return callDirectly(work);
        }
        Slot slot = slots.computeIfAbsent(place, key -> new Slot());
        try {
            if (!slot.turn.tryAcquire(0, TimeUnit.NANOSECONDS)
                    && (slot.isStuck(limit) || !slot.turn.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS))) {
                throw new CallTimeoutException(place, limit);
            }
            return await(start(threads, place, slot, work, abandon), place, limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExecutionException(e);
        }
    }

    private static <T> T callDirectly(Callable<T> work) throws ExecutionException {
        try {
            return work.call();
        } catch (Exception e) {
            throw new ExecutionException(e);
        }
    }

    /** Starts a call, whose turn it is; gives the turn back if it does not start, whatever memory runs out for. */
    private static <T> CompletableFuture<T> start(
            ExecutorService threads, Object place, Slot slot, Callable<T> work, Consumer<T> abandon)
            throws ExecutionException {
        slot.startedAt = System.nanoTime();
        slot.running = true;
        boolean started = false;
        try {
            CompletableFuture<T> result = new CompletableFuture<>();
            threads.execute(() -> {
                try {
                    complete(slot, result, work, abandon);
                } finally {
                    release(slot);
                }
            });
            started = true;
            return result;
        } catch (RuntimeException | OutOfMemoryError e) {
            ThreadShortage.report("work on " + place, e);
            throw new ExecutionException(e);
        } finally {
            if (!started) {
                release(slot);
            }
        }
    }

    private static void release(Slot slot) {
        slot.running = false;
        slot.turn.release();
    }

    private static <T> void complete(Slot slot, CompletableFuture<T> result, Callable<T> work, Consumer<T> abandon) {
        try {
            T value = work.call();
            // Before the caller can return: its next call must not take this one for stuck.
            slot.running = false;
            if (!result.complete(value)) {
                slot.running = true;
                abandon.accept(value);
            }
        } catch (Exception | Error e) {
            slot.running = false;
            fail(result, e);
        }
    }

    private static void fail(CompletableFuture<?> result, Throwable failure) {
        try {
            boolean isLate = !result.completeExceptionally(failure);
            if (isLate && failure instanceof OutOfMemoryError shortage) {
                HeapShortage.survived(shortage);
            }
        } catch (OutOfMemoryError e) {
            // The caller gets no result in time.
            HeapShortage.survived(e);
        }
    }

    private static <T> T await(CompletableFuture<T> result, Object place, Duration limit)
            throws CallTimeoutException, ExecutionException, InterruptedException {
        long start = System.nanoTime();
        try {
            return result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return endOrGiveUp(result, place, limit);
        } catch (OutOfMemoryError e) {
            // The work runs, and may have an effect that the caller must learn of. To wait needs memory, to look does
            // not.
            while (!result.isDone() && System.nanoTime() - start < limit.toNanos()) {
                LockSupport.parkNanos(LOOK_INTERVAL_NANOS);
            }
            return endOrGiveUp(result, place, limit);
        }
    }

    private static <T> T endOrGiveUp(CompletableFuture<T> result, Object place, Duration limit)
            throws CallTimeoutException, ExecutionException, InterruptedException {
        if (result.cancel(false)) {
            throw new CallTimeoutException(place, limit);
        }
        return result.get();
    }

    /** Starts no further calls; waits for none. */
    @Override
    public void close() {
        if (threads != null) {
            threads.shutdown();
        }
    }
}
