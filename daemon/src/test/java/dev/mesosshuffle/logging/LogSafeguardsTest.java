package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What reaches an appender of an operator's own choice, and that nobody waits for it. */
class LogSafeguardsTest {
    private static final String LOSS = "The log could not be written as fast as lines came";

    private final LoggerContext context = new LoggerContext();
    private final ManualTicker ticker = new ManualTicker();
    private final UnreadPipe pipe = new UnreadPipe();
    private final Logger logger = context.getLogger("a.b.C");

    @BeforeEach
    void configure() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%p %m%n%rEx{5}");
        encoder.start();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setName("OUT");
        appender.setEncoder(encoder);
        appender.setOutputStream(pipe);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        context.getLogger("other").addAppender(appender);
        LogSafeguards.wrapAppenders(context, ticker);
    }

    @AfterEach
    void stop() {
        pipe.open();
        context.stop();
    }

    @Test
    void escapesWhatIsLoggedWhateverLogsIt() {
        pipe.open();
        logger.info("id {}", "a\nERROR forged\u202e");
        logger.warn("failed", new IllegalStateException("b\nERROR forged"));

        assertThat(written())
                .contains("INFO id a\\u000aERROR forged\\u202e\n", "IllegalStateException: b\\u000aERROR forged\n")
                .doesNotContain("\nERROR");
    }

    @Test
    void writesNoLineOfMoreThan4Kb() {
        pipe.open();
        logger.info("x".repeat(100_000));
        logger.error("y", new IllegalStateException("语".repeat(100_000)));

        assertThat(written().lines())
                .hasSizeGreaterThan(3)
                .allSatisfy(line ->
                        assertThat(line.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(4000))
                .anySatisfy(line -> assertThat(line).startsWith("INFO xxx").endsWith(" characters more)"));
    }

    @Test
    void makesNobodyWaitForAPipeThatNobodyReads() {
        // Each of these would hang without a thread of its own for the writing.
        for (int i = 0; i < 2 * LogQueue.MAX_LINES; i++) {
            logger.info("flood");
        }
        logger.warn("kept warning");
        logger.error("kept error");

        pipe.open();
        assertThat(written()).containsSubsequence("INFO flood\n", "WARN kept warning\n", "ERROR kept error\n");
    }

    @Test
    void tellsOnceWhatIsMissing() {
        try (LogCapture log = LogCapture.of(NonBlockingAppender.class)) {
            for (int i = 0; i < LogQueue.MAX_LINES; i++) {
                logger.info("flood");
            }
            pipe.open();
            int kept = (int) written().lines().count();
            // Ends the writer, which tells what is missing first.
            context.stop();
            assertThat(log.lines())
                    .containsExactly("WARN " + LOSS + ": " + (LogQueue.MAX_LINES - kept)
                            + " at INFO, 0 at WARN and 0 at ERROR are missing. Check what reads this process's standard"
                            + " output, or the disk of its log.");
        }
    }

    @Test
    void tellsOfNoLossWhereThereIsNone() {
        pipe.open();
        try (LogCapture log = LogCapture.of(NonBlockingAppender.class)) {
            logger.info("one");
            logger.info("two");
            assertThat(written()).isEqualTo("INFO one\nINFO two\n");
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void waitsForAHangingPipeNoLongerThanItIsTold() {
        logger.info("never written");
        LogFlush.await(Duration.ofMillis(1));
        assertThat(pipe.text()).isEmpty();
    }

    @Test
    void wrapsEachAppenderOnce() {
        Appender<ILoggingEvent> ofRoot =
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("OUT");
        assertThat(ofRoot).isInstanceOf(NonBlockingAppender.class);
        assertThat(context.getLogger("other").getAppender("OUT")).isSameAs(ofRoot);
        LogSafeguards.wrapAppenders(context, ticker);
        assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("OUT"))
                .isSameAs(ofRoot);
    }

    @Test
    void putsAllFiltersInPlace() {
        LoggerContext fresh = new LoggerContext();
        LogSafeguards.install(fresh);
        assertThat(fresh.getTurboFilterList().stream().map(Object::getClass))
                .isEqualTo(List.of(NettyLogFilter.class, LineRateFilter.class));
        assertThat(fresh.getLogger("a").isEnabledFor(Level.WARN)).isTrue();
    }

    private String written() {
        LogFlush.await(Duration.ofMinutes(1));
        return pipe.text();
    }

    /** Takes nothing until it is opened. */
    private static final class UnreadPipe extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CountDownLatch opened = new CountDownLatch(1);

        void open() {
            opened.countDown();
        }

        synchronized String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            try {
                opened.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            synchronized (this) {
                bytes.write(source, offset, length);
            }
        }
    }
}
