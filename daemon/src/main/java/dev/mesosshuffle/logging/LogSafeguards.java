package dev.mesosshuffle.logging;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import dev.mesosshuffle.concurrent.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * What protects the log, and all who log, from what is logged: whatever an operator's own configuration is, there is no
 * way to an appender but through these.
 */
public final class LogSafeguards {
    private LogSafeguards() {}

    /** Puts them in place, before anybody can connect. */
    public static void install(LoggerContext loggers) {
        NettyLogFilter.install(loggers);
        LineRateFilter.install(loggers);
        wrapAppenders(loggers, System::nanoTime);
    }

    static void wrapAppenders(LoggerContext loggers, Ticker ticker) {
        Map<Appender<ILoggingEvent>, Appender<ILoggingEvent>> wrappers = new HashMap<>();
        for (Logger logger : loggers.getLoggerList()) {
            for (Appender<ILoggingEvent> appender : appenders(logger)) {
                if (!(appender instanceof NonBlockingAppender)) {
                    Appender<ILoggingEvent> wrapper =
                            wrappers.computeIfAbsent(appender, target -> started(target, ticker));
                    logger.detachAppender(appender);
                    logger.addAppender(wrapper);
                }
            }
        }
    }

    private static Appender<ILoggingEvent> started(Appender<ILoggingEvent> target, Ticker ticker) {
        NonBlockingAppender wrapper = new NonBlockingAppender(target, ticker);
        wrapper.start();
        return wrapper;
    }

    private static List<Appender<ILoggingEvent>> appenders(Logger logger) {
        List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
        for (Iterator<Appender<ILoggingEvent>> all = logger.iteratorForAppenders(); all.hasNext(); ) {
            appenders.add(all.next());
        }
        return appenders;
    }
}
