package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class RateLimitedLoggerTest {
    private final Logger logger = LoggerFactory.getLogger("limited");
    private final LogCapture log = LogCapture.named("limited");
    private final ManualTicker ticker = new ManualTicker();
    private final RateLimitedLogger limitedLogger = new RateLimitedLogger(ticker);

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void logsTheFirstLineAndThenTheNumberOfSuppressedOnes() {
        limitedLogger.warn(logger, "kind", "first");
        limitedLogger.warn(logger, "kind", "second");
        limitedLogger.warn(logger, "kind", "third");
        // The clock wraps around here.
        ticker.pass(Duration.ofMinutes(1));
        limitedLogger.warn(logger, "kind", "fourth");
        assertThat(log.messages()).containsExactly("first", "fourth (2 more of these since the last such line)");
    }

    @Test
    void logsEachLineThatIsRare() {
        limitedLogger.warn(logger, "kind", "first");
        ticker.pass(Duration.ofMinutes(1));
        limitedLogger.warn(logger, "kind", "second");
        assertThat(log.messages()).containsExactly("first", "second");
    }

    @Test
    void limitsEachKindSeparately() {
        limitedLogger.warn(logger, "kind", "first");
        limitedLogger.warn(logger, "other kind", "second");
        assertThat(log.messages()).containsExactly("first", "second");
    }
}
