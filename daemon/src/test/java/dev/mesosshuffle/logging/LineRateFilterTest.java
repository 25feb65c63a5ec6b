package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LineRateFilterTest {
    private final ManualTicker ticker = new ManualTicker();
    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("a.b.C");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final LogCapture summaries = LogCapture.of(LineRateFilter.class);

    @BeforeEach
    void install() {
        LineRateFilter filter = new LineRateFilter(ticker);
        filter.start();
        context.addTurboFilter(filter);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void close() {
        summaries.close();
    }

    @Test
    void passesWhatABusyHostLogs() {
        log(LineRateFilter.BURST);
        assertThat(lines.list).hasSize(LineRateFilter.BURST);
        for (int i = 0; i < 100; i++) {
            ticker.pass(Duration.ofNanos(LineRateFilter.NANOS_PER_LINE));
            log(1);
        }
        assertThat(lines.list).hasSize(LineRateFilter.BURST + 100);
        assertThat(summaries.lines()).isEmpty();
    }

    @Test
    void leavesOutWhatGoesBeyondAndSaysHowMuch() {
        log(LineRateFilter.BURST + 7);
        assertThat(lines.list).hasSize(LineRateFilter.BURST);

        ticker.pass(Duration.ofNanos(LineRateFilter.NANOS_PER_LINE - 1));
        log(1);
        assertThat(lines.list).hasSize(LineRateFilter.BURST);
        assertThat(summaries.lines()).isEmpty();

        ticker.pass(Duration.ofNanos(1));
        log(2);
        assertThat(lines.list).hasSize(LineRateFilter.BURST + 1);
        assertThat(summaries.messages())
                .containsExactly("8 lines as the next one of a.b.C were not logged, as there were too many");
    }

    @Test
    void allowsAWholeBurstAgainAfterARest() {
        log(LineRateFilter.BURST + 1);
        ticker.pass(Duration.ofDays(1));
        log(LineRateFilter.BURST + 1);
        assertThat(lines.list).hasSize(2 * LineRateFilter.BURST);
    }

    @Test
    void letsNoKindSuppressAnother() {
        log(2 * LineRateFilter.BURST);
        lines.list.clear();
        logger.info("another text");
        logger.warn("executor {}", 1);
        context.getLogger("a.b.C.d").info("executor {}", 1);
        assertThat(lines.list).hasSize(3);
    }

    @Test
    void boundsKindsWithoutAConstantTextTogether() {
        for (int i = 0; i < 10 * LineRateFilter.BURST; i++) {
            logger.info("executor " + i);
        }
        assertThat(lines.list).hasSizeLessThanOrEqualTo(2 * LineRateFilter.BURST);
    }

    @Test
    void leavesDebuggingToTheOperator() {
        logger.setLevel(Level.DEBUG);
        for (int i = 0; i < 2 * LineRateFilter.BURST; i++) {
            logger.debug("executor {}", i);
        }
        assertThat(lines.list).hasSize(2 * LineRateFilter.BURST);
        assertThat(logger.isInfoEnabled()).isTrue();
    }

    @Test
    void countsNothingThatIsNotLoggedAnyway() {
        logger.setLevel(Level.WARN);
        log(2 * LineRateFilter.BURST);
        logger.setLevel(Level.INFO);
        log(1);
        assertThat(lines.list).hasSize(1);
        assertThat(summaries.lines()).isEmpty();
    }

    private void log(int count) {
        for (int i = 0; i < count; i++) {
            logger.info("executor {}", i);
        }
    }
}
