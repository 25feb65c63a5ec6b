package dev.mesosshuffle.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadShedderTest {
    private final MetricRegistry metrics = new MetricRegistry();
    private final ManualTicker ticker = new ManualTicker();
    private final LoadShedder loadShedder = new LoadShedder(new FetchMetrics(metrics), new RateLimitedLogger(ticker));
    private final FakeConnection connection = new FakeConnection();
    private final LogCapture log = LogCapture.of(LoadShedder.class);

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void closesTheConnectionAndLogsTheReasonAndTheClient() {
        loadShedder.shed(connection, "chunks", "Too many chunks; raise the limit.");
        assertThat(connection.isClosed()).isTrue();
        assertThat(connection.replies()).isEmpty();
        assertThat(log.lines())
                .containsExactly("WARN Too many chunks; raise the limit. Closed the connection from "
                        + FakeConnection.ADDRESS + ", which retries.");
    }

    @Test
    void countsEachConnectionButLogsEachKindOnceAMinute() {
        loadShedder.shed(connection, "chunks", "Chunks.");
        loadShedder.shed(connection, "chunks", "Chunks.");
        loadShedder.shed(connection, "open files", "Files.");
        assertThat(metrics.counter("shuffleService.shedConnections").getCount()).isEqualTo(3);
        assertThat(log.lines()).hasSize(2);

        ticker.pass(Duration.ofMinutes(1));
        loadShedder.shed(connection, "chunks", "Chunks.");
        assertThat(log.lines()).hasSize(3);
    }
}
