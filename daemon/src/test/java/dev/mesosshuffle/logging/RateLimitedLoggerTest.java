package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RateLimitedLoggerTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("quiet");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 10);
    private final RateLimitedLogger quietLog = new RateLimitedLogger(now::get);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    @Test
    void tellsTheFirstAtOnceAndThenTheNumberOfThoseLeftOut() {
        quietLog.warn(logger, "kind", "first");
        quietLog.warn(logger, "kind", "second");
        quietLog.warn(logger, "kind", "third");
        // The clock wraps around here.
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        quietLog.warn(logger, "kind", "fourth");
        assertThat(messages()).containsExactly("first", "fourth (2 more of these since the last such line)");
    }

    @Test
    void tellsEachOfThoseThatAreRare() {
        quietLog.warn(logger, "kind", "first");
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        quietLog.warn(logger, "kind", "second");
        assertThat(messages()).containsExactly("first", "second");
    }

    @Test
    void tellsOneKindWhateverThereIsOfAnother() {
        quietLog.warn(logger, "kind", "first");
        quietLog.warn(logger, "other kind", "second");
        assertThat(messages()).containsExactly("first", "second");
    }

    private List<String> messages() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
