package dev.mesosshuffle.process;

import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.LogFlush;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes SIGTERM and SIGINT stop the daemon cleanly and end the process with 0, where a JVM would end with 143 or 130.
 *
 * <p>Its own thread runs the stop, so that one that hangs (on a disk that does not answer) ends as well.
 */
public final class ShutdownHook {
    /** The drain of 10 s, and ample time to close the store. */
    private static final long LIMIT_MILLIS = TimeUnit.SECONDS.toMillis(25);

    private final PrintStream err;
    private volatile boolean armed = true;
    private volatile @Nullable Runnable stop;
    private volatile boolean running;
    private volatile boolean stopping;

    public ShutdownHook(PrintStream err) {
        this.err = err;
    }

    /** Watches for signals from now on. */
    public void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::onExit, "shutdown"));
    }

    /** Blocks until the process ends, so that it lives even if no other thread keeps it alive. */
    public void await() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /**
     * Hands over how the daemon stops. Until then a signal ends the process at once.
     *
     * @param orderly stops the daemon and returns when that is done
     */
    public void started(Runnable orderly) {
        stop = orderly;
    }

    /** The start has succeeded. */
    public void running() {
        running = true;
    }

    public boolean isRunning() {
        return running;
    }

    /** Whether the process is ending, so that what is still to be started cannot be. */
    public boolean isStopping() {
        return stopping;
    }

    /** The process ends for another reason, with that reason's status. */
    public void disarm() {
        armed = false;
    }

    private void onExit() {
        if (armed) {
            int status = stop();
            LogFlush.await(LogFlush.LIMIT);
            Runtime.getRuntime().halt(status);
        }
        LogFlush.await(LogFlush.LIMIT);
    }

    private int stop() {
        stopping = true;
        Runnable orderly = stop;
        if (orderly == null) {
            return ExitStatus.OK;
        }
        Thread thread = new Thread(() -> stop(orderly), "stop");
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // No thread can be made: without one there is no limit to how long it takes.
            stop(orderly);
            return ExitStatus.OK;
        }
        try {
            thread.join(LIMIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LastWords.print(err, "did not stop within " + LIMIT_MILLIS + " ms; ended anyway");
            return ExitStatus.FAILURE;
        }
        return ExitStatus.OK;
    }

    private void stop(Runnable orderly) {
        try {
            orderly.run();
        } catch (RuntimeException e) {
            LastWords.print(err, "did not stop cleanly: " + ErrorMessages.of(e));
        }
    }
}
