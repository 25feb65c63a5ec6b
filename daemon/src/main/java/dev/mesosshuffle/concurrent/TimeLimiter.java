package dev.mesosshuffle.concurrent;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls that may hang on a thread of its own, and waits for each no longer than a limit. While a call hangs, every
 * other call fails at once, so that never more than that one thread hangs. A call that timed out may still complete later.
 *
 * <p><b>Concurrency:</b> for any thread that may wait.
 */
public final class TimeLimiter implements AutoCloseable {
    private final @Nullable ExecutorService thread;
    private final String description;
    private final Duration limit;
    private final Semaphore permit = new Semaphore(1, true);

    /** The last call that timed out; done once it has completed. */
    private volatile @Nullable Future<?> overdue;

    private TimeLimiter(@Nullable ExecutorService thread, String description, Duration limit) {
        this.thread = thread;
        this.description = description;
        this.limit = limit;
    }

    /**
     * Creates a limiter.
     *
     * @param threadName the name of its thread, which exists only while there is work and for 30 s after it
     * @param description what the calls do, for messages
     * @param limit how long a call may take
     * @return the limiter, to be closed
     */
    public static TimeLimiter onThread(String threadName, String description, Duration limit) {
        return new TimeLimiter(DaemonThreads.newSingleThread(threadName), description, limit);
    }

    /**
     * Creates a limiter that runs each call on the caller's thread, without a limit.
     *
     * @return the limiter
     */
    public static TimeLimiter unlimited() {
        return new TimeLimiter(null, "", Duration.ZERO);
    }

    /**
     * Runs a call.
     *
     * @param <T> the type of its result
     * @return its result
     * @throws IOException if it did not return in time, or could not start
     * @throws ExecutionException if it failed, with the reason as its cause
     */
    public <T> T call(Callable<T> call) throws IOException, ExecutionException {
        ExecutorService executor = thread;
        if (executor == null) {
            try {
                return call.call();
            } catch (Exception e) {
                throw new ExecutionException(e);
            }
        }
        try {
            Future<?> before = overdue;
            if ((before != null && !before.isDone()) || !permit.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw timedOut();
            }
            return await(submit(executor, call));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("this service stops", e);
        }
    }

    private <T> Future<T> submit(ExecutorService executor, Callable<T> call) throws IOException {
        boolean submitted = false;
        try {
            Future<T> result = executor.submit(() -> {
                try {
                    return call.call();
                } finally {
                    permit.release();
                }
            });
            submitted = true;
            return result;
        } catch (RuntimeException | OutOfMemoryError e) {
            ThreadShortage.report(description, e);
            throw new IOException(description + " cannot start: " + e.getMessage(), e);
        } finally {
            if (!submitted) {
                permit.release();
            }
        }
    }

    private <T> T await(Future<T> result) throws IOException, ExecutionException, InterruptedException {
        try {
            return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            overdue = result;
            throw timedOut();
        }
    }

    private IOException timedOut() {
        return new IOException(description + " has not returned within " + limit.toSeconds() + " s; does a disk hang?");
    }

    /** Accepts no more calls, and waits for none. */
    @Override
    public void close() {
        if (thread != null) {
            thread.shutdown();
        }
    }
}
