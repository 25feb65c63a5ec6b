package dev.mesosshuffle.store;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What one logger writes, until it is closed. */
public final class LogLines implements AutoCloseable {
    private final Logger logger;
    private final Lines lines = new Lines();

    private LogLines(Logger logger) {
        this.logger = logger;
    }

    public static LogLines of(String name) {
        LogLines lines = new LogLines((Logger) LoggerFactory.getLogger(name));
        lines.logger.setLevel(Level.INFO);
        lines.logger.addAppender(lines.lines);
        lines.lines.start();
        return lines;
    }

    public static LogLines of(Class<?> type) {
        return of(type.getName());
    }

    /** Returns the lines so far, each as "LEVEL message". */
    public List<String> lines() {
        return List.copyOf(lines.lines);
    }

    @Override
    public void close() {
        logger.detachAppender(lines);
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getLevel() + " " + event.getFormattedMessage());
        }
    }
}
