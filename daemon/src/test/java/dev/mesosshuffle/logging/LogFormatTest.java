package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Both what is built in and the file that operators begin with give lines as they know them from Spark 2. */
class LogFormatTest {
    private static final String TIME = "\\d\\d/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d ";

    private enum Source {
        BUILT_IN {
            @Override
            void configure(LoggerContext context) {
                DefaultLogbackConfigurator configurator = new DefaultLogbackConfigurator();
                configurator.setContext(context);
                assertThat(configurator.configure(context)).isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
            }
        },
        TEMPLATE {
            @Override
            void configure(LoggerContext context) throws JoranException {
                JoranConfigurator configurator = new JoranConfigurator();
                configurator.setContext(context);
                configurator.doConfigure(
                        Path.of("../config/logback.xml.template").toFile());
            }
        };

        abstract void configure(LoggerContext context) throws JoranException;
    }

    @ParameterizedTest
    @EnumSource
    void namesALoggerByItsLastTwoParts(Source source) throws JoranException {
        assertThat(line(source, "org.apache.spark.network.shuffle.ExternalShuffleBlockResolver", null))
                .matches(TIME + "INFO shuffle\\.ExternalShuffleBlockResolver: Hello\\.\n");
        assertThat(line(source, "two.Parts", null)).matches(TIME + "INFO two\\.Parts: Hello\\.\n");
        assertThat(line(source, "One", null)).matches(TIME + "INFO One: Hello\\.\n");
    }

    @ParameterizedTest
    @EnumSource
    void cutsAnExceptionToWhatHelps(Source source) throws JoranException {
        Exception failure = new IllegalStateException("outer", new IllegalArgumentException("inner"));

        assertThat(line(source, "a.b.C", failure))
                .contains("IllegalArgumentException: inner")
                .contains("IllegalStateException: outer")
                .satisfies(text -> assertThat(text.lines().count()).isLessThan(20));
    }

    @ParameterizedTest
    @EnumSource
    void logsFromInfoOn(Source source) throws JoranException {
        assertThat(context(source).getLogger("a.b.C").getEffectiveLevel()).isEqualTo(Level.INFO);
    }

    @Test
    void isBuiltInWhereThereIsNoFile() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDOUT"))
                .matches(Appender::isStarted);
        // Logback prints what it has to say about itself only from warnings on.
        assertThat(context.getStatusManager().getCopyOfStatusList())
                .noneMatch(status -> status.getEffectiveLevel() > Status.INFO);
    }

    private static String line(Source source, String logger, @Nullable Throwable failure) throws JoranException {
        LoggerContext context = context(source);
        LoggingEvent event =
                new LoggingEvent("", context.getLogger(logger), Level.INFO, "Hello.", failure, new Object[0]);
        return new String(appender(context).getEncoder().encode(event), StandardCharsets.UTF_8);
    }

    private static ConsoleAppender<ILoggingEvent> appender(LoggerContext context) {
        return (ConsoleAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDOUT");
    }

    private static LoggerContext context(Source source) throws JoranException {
        LoggerContext context = new LoggerContext();
        source.configure(context);
        return context;
    }
}
