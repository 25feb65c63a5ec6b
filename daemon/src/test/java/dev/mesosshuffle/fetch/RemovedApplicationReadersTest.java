package dev.mesosshuffle.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemovedApplicationReadersTest {
    private final ManualTicker ticker = new ManualTicker();
    private final ReadTracker reads = new ReadTracker(ticker);
    private final MetricRegistry metrics = new MetricRegistry();
    private final LogCapture log = LogCapture.of(RemovedApplicationReaders.class);
    private final RemovedApplicationReaders readers =
            new RemovedApplicationReaders(reads, new RateLimitedLogger(ticker), metrics);
    private final FakeConnection connection = new FakeConnection();

    @AfterEach
    void stopCapture() {
        log.close();
    }

    @Test
    void closesWhoHasNotReadABlockFromBeforeTheRemovalAndSaysSoOnce() {
        reads.sendStarted("app", connection);
        reads.sendStarted("app", connection);
        ticker.pass(Duration.ofNanos(1));
        readers.close("app", ticker.read());
        readers.close("app", ticker.read());
        assertThat(connection.isClosed()).isTrue();
        assertThat(closed()).isEqualTo(1);
        assertThat(log.lines())
                .containsExactly("WARN Closed the connection from " + FakeConnection.ADDRESS
                        + ", which has not read a block that it requested before application app was removed; its files"
                        + " can be deleted now");
    }

    @Test
    void leavesWhoReadsAnotherApplicationOrTheSameAfterItRegisteredAgain() {
        reads.sendStarted("other", connection);
        ticker.pass(Duration.ofNanos(1));
        long removed = ticker.read();
        reads.sendStarted("app", connection);
        readers.close("app", removed);
        assertThat(connection.isClosed()).isFalse();
        assertThat(closed()).isZero();
    }

    @Test
    void leavesWhoHasReadAll() {
        ReadTracker.BlockSend send = reads.sendStarted("app", connection);
        assertThat(reads.isRead("app")).isTrue();
        reads.sendFinished(send);
        assertThat(reads.isRead("app")).isFalse();
        ticker.pass(Duration.ofHours(1));
        readers.close("app", ticker.read());
        assertThat(connection.isClosed()).isFalse();
    }

    private long closed() {
        return metrics.counter("shuffleService.unreadBlocksClosedConnections").getCount();
    }
}
