package dev.mesosshuffle;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes SIGTERM and SIGINT stop the daemon in order and end the process with 0, where a JVM would end with 143 or 130.
 *
 * <p>Its own thread runs the stop, so that one that hangs (on a disk that does not answer) ends as well.
 */
final class Shutdown {
    /** The drain of 10 s, and ample time to close the store. */
    private static final long LIMIT_MILLIS = TimeUnit.SECONDS.toMillis(25);

    private final PrintStream err;
    private volatile boolean armed = true;
    private volatile @Nullable ShuffleDaemon daemon;
    private volatile boolean running;

    Shutdown(PrintStream err) {
        this.err = err;
    }

    /** Watches for signals from now on. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::onExit, "shutdown"));
    }

    /** Blocks until the process ends, so that it lives even if no other thread keeps it alive. */
    void await() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /** Hands over what is to be stopped. Before that a signal ends the process at once. */
    void started(ShuffleDaemon running) {
        daemon = running;
    }

    /** The start is at its end, and nothing of it failed. */
    void running() {
        running = true;
    }

    boolean isRunning() {
        return running;
    }

    /** The process ends for another reason, with that reason's status. */
    void disarm() {
        armed = false;
    }

    private void onExit() {
        if (armed) {
            Runtime.getRuntime().halt(stop());
        }
    }

    private int stop() {
        ShuffleDaemon running = daemon;
        if (running == null) {
            return ExitStatus.OK;
        }
        Thread stopping = new Thread(() -> stop(running), "stop");
        stopping.setDaemon(true);
        try {
            stopping.start();
        } catch (OutOfMemoryError e) {
            // No thread can be made: without one there is no limit to how long it takes.
            stop(running);
            return ExitStatus.OK;
        }
        try {
            stopping.join(LIMIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (stopping.isAlive()) {
            err.println("mesos-shuffle-service: not stopped in order within " + LIMIT_MILLIS + " ms; ended anyway");
            return ExitStatus.FAILURE;
        }
        return ExitStatus.OK;
    }

    private void stop(ShuffleDaemon running) {
        try {
            running.stop();
        } catch (RuntimeException e) {
            err.println("mesos-shuffle-service: not stopped in order: " + OneLine.of(e));
        }
    }
}
