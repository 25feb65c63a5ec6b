package dev.mesosshuffle;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both the built-in configuration and the distribution's file give lines as operators know them from Spark 2. */
class LogFormatTest {
    private static final String BUILT_IN = "src/main/resources/logback.xml";
    private static final String SHIPPED = "../config/logback.xml";
    private static final String TIME = "\\d\\d/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d ";

    @ParameterizedTest
    @ValueSource(strings = {BUILT_IN, SHIPPED})
    void namesALoggerByItsLastTwoParts(String file) throws JoranException {
        assertThat(line(file, "org.apache.spark.network.shuffle.ExternalShuffleBlockResolver", null))
                .matches(TIME + "INFO shuffle\\.ExternalShuffleBlockResolver: Hello\\.\n");
        assertThat(line(file, "two.Parts", null)).matches(TIME + "INFO two\\.Parts: Hello\\.\n");
        assertThat(line(file, "One", null)).matches(TIME + "INFO One: Hello\\.\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {BUILT_IN, SHIPPED})
    void cutsAnExceptionToWhatHelps(String file) throws JoranException {
        Exception failure = new IllegalStateException("outer", new IllegalArgumentException("inner"));

        assertThat(line(file, "a.b.C", failure))
                .contains("IllegalArgumentException: inner")
                .contains("IllegalStateException: outer")
                .satisfies(text -> assertThat(text.lines().count()).isLessThan(20));
    }

    @ParameterizedTest
    @ValueSource(strings = {BUILT_IN, SHIPPED})
    void logsFromInfoOn(String file) throws JoranException {
        assertThat(context(file).getLogger("a.b.C").getEffectiveLevel()).isEqualTo(Level.INFO);
    }

    private static String line(String file, String logger, @Nullable Throwable failure) throws JoranException {
        LoggerContext context = context(file);
        var appender = (ConsoleAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDOUT");
        LoggingEvent event =
                new LoggingEvent("", context.getLogger(logger), Level.INFO, "Hello.", failure, new Object[0]);
        return new String(appender.getEncoder().encode(event), StandardCharsets.UTF_8);
    }

    private static LoggerContext context(String file) throws JoranException {
        LoggerContext context = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(Path.of(file).toFile());
        return context;
    }
}
