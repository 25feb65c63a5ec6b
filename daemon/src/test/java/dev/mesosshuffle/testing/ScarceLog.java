package dev.mesosshuffle.testing;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** As long as it is open, there is no memory for a line of some classes. */
public final class ScarceLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final List<Logger> loggers;
    private volatile boolean used;

    private ScarceLog(List<Logger> loggers) {
        this.loggers = loggers;
    }

    public static ScarceLog of(Class<?>... classes) {
        ScarceLog log = new ScarceLog(Stream.of(classes)
                .map(each -> (Logger) LoggerFactory.getLogger(each))
                .toList());
        log.start();
        log.loggers.forEach(logger -> logger.addAppender(log));
        return log;
    }

    /** Whether a line was lost. */
    public boolean isUsed() {
        return used;
    }

    @Override
    protected void append(ILoggingEvent line) {
        used = true;
        throw new OutOfMemoryError("for a test");
    }

    @Override
    public void close() {
        loggers.forEach(logger -> logger.detachAppender(this));
    }
}
