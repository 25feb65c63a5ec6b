package dev.mesosshuffle.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Captures the log lines of some loggers, at INFO and above, until it is closed. */
public final class LogCapture implements AutoCloseable {
    private final List<Logger> loggers;
    private final Lines lines = new Lines();

    private LogCapture(Stream<String> names) {
        loggers = names.map(name -> (Logger) LoggerFactory.getLogger(name)).toList();
        lines.start();
        loggers.forEach(logger -> logger.addAppender(lines));
    }

    /** Captures the log of some classes. */
    public static LogCapture of(Class<?>... classes) {
        return new LogCapture(Stream.of(classes).map(Class::getName));
    }

    /** Captures the log of all classes in the packages of some classes. */
    public static LogCapture ofPackages(Class<?>... classes) {
        return new LogCapture(Stream.of(classes).map(Class::getPackageName).distinct());
    }

    /** Captures the log of some loggers. */
    public static LogCapture named(String... names) {
        return new LogCapture(Stream.of(names));
    }

    /** Returns the lines so far, each as "LEVEL message". */
    public List<String> lines() {
        return lines.events.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    /** Returns the messages so far, without level and logger. */
    public List<String> messages() {
        return lines.events.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** Returns the lines so far, each as "LEVEL logger: message". */
    public List<String> linesWithLogger() {
        return lines.events.stream()
                .map(event -> event.getLevel() + " " + event.getLoggerName() + ": " + event.getFormattedMessage())
                .toList();
    }

    @Override
    public void close() {
        loggers.forEach(logger -> logger.detachAppender(lines));
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
                event.prepareForDeferredProcessing();
                events.add(event);
            }
        }
    }
}
