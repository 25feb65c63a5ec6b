package dev.mesosshuffle.logging;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Waits for what was logged to be written, before the process ends. Loads none of Logback's classes. For any thread. */
public final class LogFlush {
    /** Ample for whoever reads at all; a pipe that nobody reads delays the end by no more than this. */
    public static final Duration LIMIT = Duration.ofSeconds(1);

    private static final List<LogQueue> queues = new CopyOnWriteArrayList<>();

    private LogFlush() {}

    static void add(LogQueue queue) {
        queues.add(queue);
    }

    static void remove(LogQueue queue) {
        queues.remove(queue);
    }

    /**
     * Waits until all lines so far are written.
     *
     * @param limit for how long in all
     */
    public static void await(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            for (LogQueue queue : queues) {
                queue.awaitWritten(deadline);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
