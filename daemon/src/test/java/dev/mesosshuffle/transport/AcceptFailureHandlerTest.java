package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.testing.LogCapture;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes wrong when a connection is accepted is fired at the channel that listens. */
class AcceptFailureHandlerTest {
    private final MetricRegistry metrics = new MetricRegistry();
    private final AtomicLong now = new AtomicLong();
    private final LogCapture log = LogCapture.of(AcceptFailureHandler.class);
    private EmbeddedChannel listener;
    private ReadGate gate;

    @BeforeEach
    void listen() {
        listener = new EmbeddedChannel();
        listener.freezeTime();
        gate = new ReadGate(listener, now::get);
        listener.pipeline()
                .addLast(new AcceptFailureHandler(
                        gate,
                        new TransportMetrics(metrics, PooledByteBufAllocator.DEFAULT),
                        new RateLimitedLogger(now::get)));
    }

    @AfterEach
    void stopListening() {
        log.close();
        listener.finishAndReleaseAll();
    }

    @Test
    void logsALineAMinuteWithWhatToDoAndCounts() {
        for (int second = 0; second < 61; second++) {
            fail("accept(..) failed: Too many open files");
            now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        }
        assertThat(log.messages()).hasSize(2);
        assertThat(log.messages().get(0)).contains("Too many open files", "LimitNOFILE", "ulimit -n");
        assertThat(log.messages().get(1)).contains("(59 more of these");
        assertThat(metrics.counter("shuffleService.acceptFailures").getCount()).isEqualTo(61);
    }

    @Test
    void logsAnotherCauseInOtherWords() {
        fail("accept(..) failed: Too many open files");
        fail("accept(..) failed: Cannot allocate memory");
        assertThat(log.messages()).hasSize(2);
        assertThat(log.messages().get(1)).contains("Cannot allocate memory").doesNotContain("LimitNOFILE");
    }

    @Test
    void acceptsNothingForASecondAndThenAgain() {
        fail("accept(..) failed: Too many open files");
        assertThat(listener.config().isAutoRead()).isFalse();
        listener.advanceTimeBy(900, TimeUnit.MILLISECONDS);
        listener.runScheduledPendingTasks();
        assertThat(listener.config().isAutoRead()).isFalse();
        listener.advanceTimeBy(100, TimeUnit.MILLISECONDS);
        listener.runScheduledPendingTasks();
        assertThat(listener.config().isAutoRead()).isTrue();
    }

    @Test
    void pausesAlsoIfNothingIsAcceptedForAnotherReason() {
        gate.close(ReadGate.Reason.BUSY_LOOPS);
        fail("accept(..) failed: Too many open files");
        gate.open(ReadGate.Reason.BUSY_LOOPS);
        assertThat(listener.config().isAutoRead()).isFalse();
        listener.advanceTimeBy(1, TimeUnit.SECONDS);
        listener.runScheduledPendingTasks();
        assertThat(listener.config().isAutoRead()).isTrue();
    }

    @Test
    void passesNothingOnToNettysOwnHandling() {
        fail("accept(..) failed: Too many open files");
        // An exception that reaches the end of the pipeline is thrown by this.
        listener.checkException();
    }

    private void fail(String message) {
        listener.pipeline().fireExceptionCaught(new IOException(message));
    }
}
