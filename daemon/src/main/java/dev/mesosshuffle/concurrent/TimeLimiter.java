package dev.mesosshuffle.concurrent;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Has something done that may hang, on one thread of its own, and waits no longer than a limit. While a call hangs, every
 * other one fails at once, so that no more than that one thread ever hangs. What failed so may still be done later.
 *
 * <p><b>Concurrency:</b> for any thread that may wait.
 */
public final class TimeLimiter implements AutoCloseable {
    private final @Nullable ExecutorService thread;
    private final String what;
    private final Duration limit;
    private final Semaphore turn = new Semaphore(1, true);
    /** What did not come back in time, until it does. */
    private volatile @Nullable Future<?> late;

    private TimeLimiter(@Nullable ExecutorService thread, String what, Duration limit) {
        this.thread = thread;
        this.what = what;
        this.limit = limit;
    }

    /**
     * Makes one.
     *
     * @param threadName the name of its thread, which comes and goes with the work
     * @param what is done there, for people
     * @param limit how long it may take
     * @return the limiter, to be closed
     */
    public static TimeLimiter onThread(String threadName, String what, Duration limit) {
        ThreadPoolExecutor thread =
                new ThreadPoolExecutor(1, 1, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread made = new Thread(task, threadName);
                    made.setDaemon(true);
                    return made;
                });
        thread.allowCoreThreadTimeOut(true);
        return new TimeLimiter(thread, what, limit);
    }

    /**
     * Makes one that has everything done by whoever calls, without a limit.
     *
     * @return the limiter
     */
    public static TimeLimiter unlimited() {
        return new TimeLimiter(null, "", Duration.ZERO);
    }

    /**
     * Has something done.
     *
     * @param call what
     * @param <T> what it returns
     * @return what it returned
     * @throws IOException if it did not come back in time
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
            Future<?> before = late;
            if ((before != null && !before.isDone()) || !turn.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw tooLate();
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
                    turn.release();
                }
            });
            submitted = true;
            return result;
        } catch (RuntimeException | OutOfMemoryError e) {
            ThreadShortage.report(what, e);
            throw new IOException(what + " cannot be begun: " + e.getMessage(), e);
        } finally {
            if (!submitted) {
                turn.release();
            }
        }
    }

    private <T> T await(Future<T> result) throws IOException, ExecutionException, InterruptedException {
        try {
            return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            late = result;
            throw tooLate();
        }
    }

    private IOException tooLate() {
        return new IOException(what + " has not come back within " + limit.toSeconds() + " s; does a disk hang?");
    }

    /** Begins with nothing more, and waits for nothing. */
    @Override
    public void close() {
        if (thread != null) {
            thread.shutdown();
        }
    }
}
