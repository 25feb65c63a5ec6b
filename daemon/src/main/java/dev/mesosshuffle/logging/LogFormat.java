package dev.mesosshuffle.logging;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** How lines of the built-in log look. */
public final class LogFormat {
    private static final org.slf4j.Logger logger = LoggerFactory.getLogger(LogFormat.class);

    private LogFormat() {}

    /**
     * Has each line be a JSON object from now on. To be called before {@link LogSafeguards#install}. An operator's own file of
     * Logback's takes precedence, and a warning says so.
     *
     * @param loggers those that log
     * @param file the operator's file; null if there is none
     */
    public static void useJson(LoggerContext loggers, @Nullable String file) {
        if (file != null) {
            logger.warn(
                    "spark.mesos.shuffle.service.log.format=json has no effect, because {} says how lines look. Use the"
                            + " encoder {} there, or remove that file.",
                    file,
                    BoundedJsonEncoder.class.getName());
            return;
        }
        Encoder<ILoggingEvent> encoder = new BoundedJsonEncoder();
        encoder.setContext(loggers);
        encoder.start();
        Logger root = loggers.getLogger(Logger.ROOT_LOGGER_NAME);
        root.detachAppender(DefaultLogbackConfigurator.APPENDER);
        root.addAppender(DefaultLogbackConfigurator.appender(loggers, encoder));
    }
}
