package dev.mesosshuffle.logging;

import ch.qos.logback.classic.Level;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the lines that one appender could not keep. For any thread. */
final class LogLosses {
    private final AtomicLong info = new AtomicLong();
    private final AtomicLong warn = new AtomicLong();
    private final AtomicLong error = new AtomicLong();

    /**
     * Numbers of lines, by level.
     *
     * @param info those at INFO and below
     */
    record Numbers(long info, long warn, long error) {
        static final Numbers NONE = new Numbers(0, 0, 0);

        Numbers minus(Numbers other) {
            return new Numbers(info - other.info, warn - other.warn, error - other.error);
        }
    }

    void count(Level level) {
        if (level.isGreaterOrEqual(Level.ERROR)) {
            error.incrementAndGet();
            LogMetrics.droppedErrors.increment();
        } else if (level.isGreaterOrEqual(Level.WARN)) {
            warn.incrementAndGet();
            LogMetrics.droppedWarnings.increment();
        } else {
            info.incrementAndGet();
            LogMetrics.droppedInfos.increment();
        }
    }

    Numbers total() {
        return new Numbers(info.get(), warn.get(), error.get());
    }
}
