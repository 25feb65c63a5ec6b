package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.registry.Registry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real timer and in real time. */
final class PeriodicCheckTest {
    private static final LivenessConfig CONFIG =
            new LivenessConfig(LivenessFixture.ORPHAN_TIMEOUT, LivenessFixture.MASTER_TIMEOUT, true);

    @TempDir
    private Path temp;

    @Test
    void survivesWhateverIsThrown() throws Exception {
        try (LivenessFixture fixture = new LivenessFixture(temp)) {
            AtomicInteger readings = new AtomicInteger();
            CountDownLatch recovered = new CountDownLatch(1);
            Registry registry = fixture.registry;
            try (LivenessMonitor monitor = new LivenessMonitor(
                    registry,
                    fixture.reclaimer,
                    CONFIG,
                    fixture.context(() -> {
                        int reading = readings.incrementAndGet();
                        if (reading > 5 && reading < 10) {
                            throw new IllegalStateException("broken for a test");
                        } else if (reading > 20 && reading < 25) {
                            throw new AssertionError("broken worse for a test");
                        } else if (reading == 50) {
                            recovered.countDown();
                        }
                        return System.nanoTime();
                    }),
                    dirs -> {},
                    new MetricRegistry())) {
                monitor.start(Duration.ofMillis(1));
                assertThat(recovered.await(1, TimeUnit.MINUTES)).isTrue();
            }
            assertThat(fixture.log("ERROR")).hasSize(2);
        }
    }

    @Test
    void removesAnExpiredApplication() throws Exception {
        try (LivenessFixture fixture = new LivenessFixture(temp)) {
            fixture.registerExecutor("app-1", "0");
            Object connection = new Object();
            try (LivenessMonitor monitor = new LivenessMonitor(
                    fixture.registry,
                    fixture.reclaimer,
                    CONFIG,
                    fixture.context(System::nanoTime),
                    dirs -> {},
                    new MetricRegistry())) {
                monitor.start(Duration.ofMillis(5));
                monitor.driverRegistered("app-1", 10, false, connection, "/10.0.0.1:1");
                monitor.driverDisconnected("app-1", connection, CloseReason.CLOSED_BY_PEER);
                fixture.awaitEmptyRoot();
            }
            assertThat(fixture.registry.applications()).isEmpty();
        }
    }
}
