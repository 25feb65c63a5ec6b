package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedJsonEncoderTest {
    private final LoggerContext context = new LoggerContext();

    @Test
    void writesAnObjectOnOneLine() {
        assertThat(line("Hello \"you\"\nthere", null))
                .matches(
                        "\\{\"timestamp\":\\d+,\"nanoseconds\":\\d+,\"level\":\"INFO\",\"threadName\":\"[^\"]+\","
                                + "\"loggerName\":\"a\\.b\\.C\",\"message\":\"Hello \\\\\"you\\\\\"\\\\\\\\u000athere\"[^\n]*\\}\n");
    }

    @Test
    void hasAnExceptionWithItsRootCause() {
        Exception failure = new IllegalStateException(
                "outer", new IllegalArgumentException("middle", new UnsupportedOperationException("inner")));

        assertThat(line("failed", failure))
                .contains("IllegalStateException", "outer", "UnsupportedOperationException", "inner", "\"stepArray\"")
                .doesNotContain("middle");
    }

    @Test
    void hasTheFirstFramesOfAnException() {
        String line = line("failed", new IllegalStateException("deep"));

        assertThat(line.split("\"methodName\"", -1)).hasSize(1 + 5);
        assertThat(line).contains("hasTheFirstFramesOfAnException");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "\"", "\\", "\n", "语", "\u202e", "😀"})
    void boundsEachLine(String text) {
        String longText = text.repeat(50_000);
        Exception failure = new IllegalStateException(longText, new IllegalArgumentException(longText));

        assertThat(bytes(longText, null)).hasSizeBetween(1000, BoundedJsonEncoder.MAX_LINE_BYTES);
        assertThat(bytes(longText, failure)).hasSizeBetween(1000, BoundedJsonEncoder.MAX_LINE_BYTES);
        assertThat(bytes("short", failure)).hasSizeBetween(100, BoundedJsonEncoder.MAX_LINE_BYTES);
    }

    /** Whatever is cut for a line that would be too long is cut from the text, not from an earlier cut. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "\"", "\n", "语", "\u202e", "😀"})
    void saysHowMuchOfTheTextIsMissing(String text) {
        String longText = text.repeat(50_000);
        Exception failure = new IllegalStateException(longText);

        assertThat(shownAndMissing(line(longText, null), text)).isEqualTo(longText.length());
        assertThat(shownAndMissing(line(longText, failure), text)).isEqualTo(longText.length());
        String withFailure = line("short", failure);
        String thrown = withFailure.substring(withFailure.indexOf("\"throwable\":"));
        assertThat(shownAndMissing(thrown, text)).isEqualTo(longText.length());
    }

    /** The characters of a text that the first message of a line shows, and those that it says are missing. */
    private static int shownAndMissing(String line, String text) {
        Matcher cut = Pattern.compile("\"message\":\"(.*?)\\.\\.\\. \\((\\d+) characters more\\)\"")
                .matcher(line);
        assertThat(cut.find()).as(line).isTrue();
        String unit = Sanitizer.line(text, 100).replace("\\", "\\\\").replace("\"", "\\\"");
        int shown = cut.group(1).length() / unit.length();
        assertThat(cut.group(1)).isEqualTo(unit.repeat(shown));
        return shown * text.length() + Integer.parseInt(cut.group(2));
    }

    @Test
    void leavesAShortLineWhole() {
        String text = "y".repeat(3000);

        assertThat(line(text, null)).contains('"' + text + '"');
    }

    @Test
    void isUsedByTheBuiltInLogIfItIsSet() {
        configure();

        LogFormat.useJson(context, null);

        assertThat(appender().getEncoder()).isInstanceOf(BoundedJsonEncoder.class);
        assertThat(appender().isStarted()).isTrue();
    }

    @Test
    void leavesAnOperatorsFileAlone() {
        configure();
        try (LogCapture log = LogCapture.of(LogFormat.class)) {
            LogFormat.useJson(context, "/etc/logback.xml");

            assertThat(log.lines()).singleElement().asString().contains("has no effect, because /etc/logback.xml says");
        }
        assertThat(appender().getEncoder()).isNotInstanceOf(BoundedJsonEncoder.class);
    }

    private void configure() {
        DefaultLogbackConfigurator configurator = new DefaultLogbackConfigurator();
        configurator.setContext(context);
        configurator.configure(context);
    }

    private ConsoleAppender<ILoggingEvent> appender() {
        return (ConsoleAppender<ILoggingEvent>)
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(DefaultLogbackConfigurator.APPENDER);
    }

    private String line(String message, @Nullable Throwable failure) {
        return new String(bytes(message, failure), StandardCharsets.UTF_8);
    }

    private byte[] bytes(String message, @Nullable Throwable failure) {
        BoundedJsonEncoder encoder = new BoundedJsonEncoder();
        encoder.setContext(context);
        encoder.start();
        return encoder.encode(
                new LoggingEvent("", context.getLogger("a.b.C"), Level.INFO, "{}", failure, new Object[] {message}));
    }
}
