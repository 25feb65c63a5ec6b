package dev.mesosshuffle.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.testing.LogCapture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChunkLimiterTest {
    private final ReadTracker reads = new ReadTracker(System::nanoTime);
    private final FakeConnection connection = new FakeConnection();
    private final LogCapture log = LogCapture.of(LoadShedder.class);
    private long max = 2;
    private final ChunkLimiter limiter = new ChunkLimiter(
            reads, () -> max, new LoadShedder(new FetchMetrics(new MetricRegistry()), new RateLimitedLogger(() -> 0)));

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void admitsChunksBelowTheLimit() {
        assertThat(limiter.tryAcquire(connection)).isTrue();
        assertThat(limiter.tryAcquire(connection)).isTrue();
        assertThat(reads.chunksInFlight()).isEqualTo(2);
        assertThat(connection.isClosed()).isFalse();
    }

    @Test
    void closesAConnectionThatRequestsAChunkAtTheLimitAndDoesNotCountIt() {
        limiter.tryAcquire(connection);
        limiter.tryAcquire(connection);
        FakeConnection other = new FakeConnection();
        assertThat(limiter.tryAcquire(other)).isFalse();
        assertThat(reads.chunksInFlight()).isEqualTo(2);
        assertThat(other.isClosed()).isTrue();
        assertThat(connection.isClosed()).isFalse();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN The number of chunks being transferred 2 is above 2;");
    }

    @Test
    void admitsAgainAfterAChunkWasReleased() {
        limiter.tryAcquire(connection);
        limiter.tryAcquire(connection);
        limiter.release();
        assertThat(limiter.tryAcquire(connection)).isTrue();
        assertThat(connection.isClosed()).isFalse();
    }

    @Test
    void appliesALimitThatChanges() {
        max = 0;
        assertThat(limiter.tryAcquire(connection)).isFalse();
        max = 1;
        assertThat(limiter.tryAcquire(connection)).isTrue();
        assertThat(limiter.tryAcquire(connection)).isFalse();
    }
}
