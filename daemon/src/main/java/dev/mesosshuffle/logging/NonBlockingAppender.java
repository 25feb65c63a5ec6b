package dev.mesosshuffle.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes through another appender on a thread of its own: whoever logs waits neither for a disk nor for the reader of a
 * pipe. What is written is sanitized, in its order; what does not fit into the queue is dropped, and one line tells how
 * much that was once lines can be written again. Logback's own {@code AsyncAppender} counts no loss, drops WARN
 * like INFO once its queue is full, and has no limit of bytes.
 */
final class NonBlockingAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private static final Logger logger = LoggerFactory.getLogger(NonBlockingAppender.class);

    /** While lines keep coming faster than they are written, losses are told this often. */
    private static final long REPORT_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Appender<ILoggingEvent> target;
    private final LogLosses losses = new LogLosses();
    private final LogQueue queue = new LogQueue(losses);
    private final Ticker ticker;
    private final Thread writer;

    /** Of the writer alone. */
    private LogLosses.Numbers reported = LogLosses.Numbers.NONE;

    /** Of the writer alone. */
    private long lastReport;

    NonBlockingAppender(Appender<ILoggingEvent> target, Ticker ticker) {
        this.target = target;
        this.ticker = ticker;
        this.lastReport = ticker.read();
        this.writer = DaemonThreads.newThread("log-writer", this::write);
        setName(target.getName());
        setContext(target.getContext());
    }

    @Override
    public void start() {
        writer.start();
        LogFlush.add(queue);
        super.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        queue.offer(new SanitizedEvent(event));
    }

    private void write() {
        try {
            while (true) {
                write(queue.take());
            }
        } catch (InterruptedException e) {
            target.stop();
        }
    }

    private void write(SanitizedEvent line) {
        try {
            try {
                target.doAppend(line);
            } finally {
                queue.written();
            }
            reportLosses();
        } catch (RuntimeException | Error e) {
            // Memory, or a descriptor to load a class. There is nobody to tell it but the log, and lines after it may
            // succeed.
            losses.count(line.getLevel());
        }
    }

    private void reportLosses() {
        LogLosses.Numbers total = losses.total();
        if (total.equals(reported) || (!queue.isEmpty() && ticker.read() - lastReport < REPORT_INTERVAL_NANOS)) {
            return;
        }
        LogLosses.Numbers lost = total.minus(reported);
        reported = total;
        lastReport = ticker.read();
        // It goes the way of all lines, and so stands behind those that were kept.
        logger.warn(
                "The log could not be written as fast as lines came: {} at INFO, {} at WARN and {} at ERROR are missing."
                        + " Check what reads this process's standard output, or the disk of its log.",
                lost.info(),
                lost.warn(),
                lost.error());
    }

    /** Writes what waits, for a short time, and ends. */
    @Override
    public void stop() {
        if (!isStarted()) {
            return;
        }
        super.stop();
        LogFlush.await(LogFlush.LIMIT);
        LogFlush.remove(queue);
        writer.interrupt();
        try {
            writer.join(LogFlush.LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
