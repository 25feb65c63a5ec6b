package dev.mesosshuffle.logging;

import ch.qos.logback.classic.Level;
import java.util.LinkedList;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lines that wait to be written, bounded by number and bytes. Lines up to INFO may fill half of it and those of WARN three
 * quarters, so that a flood of the one never costs the other. What does not fit is counted. For any thread; only
 * {@link #take} and {@link #awaitWritten} wait.
 */
final class LogQueue {
    /** Written in a fraction of a second, by whoever reads at all. */
    static final int MAX_LINES = 4096;

    static final int MAX_BYTES = 1 << 20;

    private static final int QUARTERS = 4;

    /** Of nodes: an array that cannot grow would lose entries. */
    @SuppressWarnings("JdkObsolete")
    private final Queue<SanitizedEvent> lines = new LinkedList<>();

    private final LogLosses losses;
    private final int maxLines;
    private final int maxBytes;

    /** Of the line that is being written too. */
    private int bytes;

    private @Nullable SanitizedEvent writing;

    /**
     * Creates a queue.
     *
     * @param losses counts what does not fit
     */
    LogQueue(LogLosses losses) {
        this(losses, MAX_LINES, MAX_BYTES);
    }

    LogQueue(LogLosses losses, int maxLines, int maxBytes) {
        this.losses = losses;
        this.maxLines = maxLines;
        this.maxBytes = maxBytes;
    }

    /** Adds a line, or counts it as lost. */
    void offer(SanitizedEvent line) {
        int size = line.estimatedBytes();
        int quarters = quarters(line.getLevel());
        synchronized (this) {
            if (lines.size() < (long) maxLines * quarters / QUARTERS
                    && bytes + size <= (long) maxBytes * quarters / QUARTERS) {
                lines.add(line);
                bytes += size;
                notifyAll();
                return;
            }
        }
        losses.count(line.getLevel());
    }

    private static int quarters(Level level) {
        if (level.isGreaterOrEqual(Level.ERROR)) {
            return QUARTERS;
        }
        return level.isGreaterOrEqual(Level.WARN) ? QUARTERS - 1 : QUARTERS / 2;
    }

    /** Waits for the next line; {@link #written} must follow. For one thread. */
    synchronized SanitizedEvent take() throws InterruptedException {
        SanitizedEvent next = lines.poll();
        while (next == null) {
            wait();
            next = lines.poll();
        }
        writing = next;
        return next;
    }

    /** The line that was taken last is written. */
    synchronized void written() {
        SanitizedEvent line = writing;
        if (line != null) {
            bytes -= line.estimatedBytes();
            writing = null;
        }
        notifyAll();
    }

    /** Whether no line waits to be written. */
    synchronized boolean isEmpty() {
        return lines.isEmpty();
    }

    /**
     * Waits until all lines are written.
     *
     * @param deadline when to give up, by {@link System#nanoTime}
     */
    synchronized void awaitWritten(long deadline) throws InterruptedException {
        long left = deadline - System.nanoTime();
        while (left > 0 && (writing != null || !lines.isEmpty())) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = deadline - System.nanoTime();
        }
    }
}
