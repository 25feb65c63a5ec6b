package dev.mesosshuffle.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.registry.StoredDrivers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sign of life against the check that finds the application over, at the same moment, over and over. */
final class LivenessRaceTest {
    private static final int ROUNDS = 500;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    @TempDir
    private Path temp;

    private LivenessFixture fixture;

    @BeforeEach
    void setUp() throws Exception {
        fixture = new LivenessFixture(temp);
    }

    @AfterEach
    void tearDown() throws InterruptedException {
        threads.shutdown();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        fixture.close();
    }

    @Test
    void aHeartbeatEitherKeepsAnApplicationOrIsTooLate() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String app = "app-" + round;
            makeDue(app);
            long unknownBefore = fixture.count("unknownHeartbeats");
            race(() -> {
                fixture.monitor.heartbeat(app, this);
                return null;
            });
            boolean alive = fixture.registry.applications().contains(app);
            boolean tooLate = fixture.count("unknownHeartbeats") > unknownBefore;
            assertThat(alive).as("round %d", round).isNotEqualTo(tooLate);
            if (alive) {
                fixture.pass(TIMEOUT.multipliedBy(2));
                fixture.assertOver(app);
            }
        }
        assertThat(fixture.count("expiries")).isEqualTo(ROUNDS);
    }

    @Test
    void whatIsFoundAfterActivityIsNotRemoved() throws Exception {
        for (int round = 0; round < ROUNDS / 25; round++) {
            String app = "app-" + round;
            List<AppExecId> ids = fixture.registerExecutors(app, 100);
            makeDue(app);
            boolean found = race(() -> {
                fixture.monitor.activity(app);
                return isAnyFound(ids);
            });
            assertThat(isAnyFound(ids)).as("round %d", round).isEqualTo(found);
        }
    }

    @Test
    void nothingIsFoundOnceActivityWouldBeTooLate() throws Exception {
        for (int round = 0; round < ROUNDS / 25; round++) {
            String app = "app-" + round;
            // Many, so that taking them out one by one takes a while, in which none may be found.
            List<AppExecId> ids = fixture.registerExecutors(app, 500);
            makeDue(app);
            boolean found = race(() -> {
                while (!fixture.gauge("applications.unresponsive").equals(0L)) {
                    Thread.onSpinWait();
                }
                return isAnyFound(ids);
            });
            assertThat(found).as("round %d", round).isFalse();
        }
    }

    private boolean isAnyFound(List<AppExecId> ids) {
        return ids.stream().anyMatch(id -> fixture.registry.executor(id) != null);
    }

    @Test
    void aDriverThatRegistersAnewIsKnownAfterwards() throws Exception {
        for (int round = 0; round < ROUNDS / 5; round++) {
            String app = "app-" + round;
            makeDue(app);
            race(() -> {
                fixture.monitor.driverRegistered(app, TIMEOUT.toMillis(), false, new Object(), "/10.0.0.1:2");
                fixture.registry
                        .registerDriver(app, new StoredDrivers("10.0.0.1", TIMEOUT.toMillis()))
                        .get(1, TimeUnit.MINUTES);
                return null;
            });
            fixture.settle();
            assertThat(fixture.registry.applications()).as("round %d", round).contains(app);
            fixture.monitor.heartbeat(app, this);
        }
        assertThat(fixture.count("unknownHeartbeats")).isZero();
    }

    private void makeDue(String app) throws Exception {
        Object connection = new Object();
        fixture.monitor.driverRegistered(app, TIMEOUT.toMillis(), false, connection, "/10.0.0.1:1");
        fixture.registry
                .registerDriver(app, new StoredDrivers("10.0.0.1", TIMEOUT.toMillis()))
                .get(1, TimeUnit.MINUTES);
        fixture.pass(TIMEOUT.multipliedBy(2));
    }

    /** Runs a check and a sign of life at once, and returns what the latter found. */
    private <T> T race(Callable<T> signOfLife) throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        List<Future<?>> both = new ArrayList<>();
        both.add(threads.submit(() -> {
            start.await();
            fixture.monitor.check();
            return null;
        }));
        Future<T> sign = threads.submit(() -> {
            start.await();
            return signOfLife.call();
        });
        both.add(sign);
        for (Future<?> one : both) {
            one.get(1, TimeUnit.MINUTES);
        }
        fixture.settle();
        return sign.get();
    }
}
