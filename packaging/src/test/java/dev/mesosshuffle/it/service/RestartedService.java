package dev.mesosshuffle.it.service;

import dev.mesosshuffle.it.process.ManagedProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A service that ends and is started again, in one process after the other. Used by one thread. */
public final class RestartedService implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(60);
    private static final int KILLED = 128 + 9;

    private final List<String> formerLog = new ArrayList<>();
    private ManagedProcess process;

    private RestartedService(ManagedProcess process) {
        this.process = process;
    }

    public static RestartedService start(ServiceSettings settings) throws IOException, InterruptedException {
        return new RestartedService(settings.start());
    }

    /** Kills it, as {@code kill -9} does, and starts it again. */
    public void killAndStart(ServiceSettings settings) throws IOException, InterruptedException {
        process.kill();
        ended(KILLED);
        startAgain(settings);
    }

    /** Stops it in order and starts it again. */
    public void stopAndStart(ServiceSettings settings) throws IOException, InterruptedException {
        stop();
        startAgain(settings);
    }

    /** Stops it in order. */
    public void stop() throws InterruptedException {
        process.terminate(END);
        ended(0);
    }

    private void ended(int expectedStatus) throws InterruptedException {
        int status = process.awaitExit(END);
        if (status != expectedStatus) {
            throw new AssertionError("the service ended with " + status + " (expected: " + expectedStatus + ")");
        }
    }

    /** Starts it once it has ended. */
    public void startAgain(ServiceSettings settings) throws IOException, InterruptedException {
        formerLog.addAll(process.output().lines());
        process = settings.start();
    }

    /** The process of the last start. */
    public ManagedProcess process() {
        return process;
    }

    /** What all its processes have written so far. */
    public List<String> log() {
        List<String> all = new ArrayList<>(formerLog);
        all.addAll(process.output().lines());
        return List.copyOf(all);
    }

    @Override
    public void close() {
        process.close();
    }
}
