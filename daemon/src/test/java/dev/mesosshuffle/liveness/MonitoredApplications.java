package dev.mesosshuffle.liveness;

import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.registry.StoredDrivers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A monitor over real files and a real store, with manual time. */
abstract class MonitoredApplications {
    static final String APP = "app-1";
    static final Duration TIMEOUT = Duration.ofMinutes(2);
    static final Duration MS = Duration.ofMillis(1);

    static final String DRIVER = "/10.0.0.1:1";
    static final String STRANGER = "/10.6.6.6:1";

    /** The connection of the application's driver. */
    final Object connection = new Object();

    /** The connection of another driver. */
    final Object other = new Object();

    @TempDir
    Path temp;

    LivenessFixture fixture;
    LivenessMonitor monitor;

    @BeforeEach
    void setUp() throws Exception {
        fixture = new LivenessFixture(temp);
        monitor = fixture.monitor;
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    void registerDriver(Duration timeout) throws Exception {
        registerDriver(APP, timeout, connection, DRIVER);
    }

    void registerDriver(String appId) throws Exception {
        registerDriver(appId, TIMEOUT, new Object(), DRIVER);
    }

    /** One on a connection of its own, at an address. */
    void registerDriver(String appId, Duration timeout, Object its, String address) throws Exception {
        registerDriver(appId, timeout, false, its, address);
    }

    private void registerDriver(String appId, Duration timeout, boolean reregisters, Object its, String address)
            throws Exception {
        StoredDrivers inCharge = monitor.driverRegistered(appId, timeout.toMillis(), reregisters, its, address);
        fixture.registry.registerDriver(appId, inCharge).get(1, TimeUnit.MINUTES);
    }

    /** One that registers again after a loss of its connection. */
    void registerListener(Duration timeout, Object its, String address) throws Exception {
        registerDriver(APP, timeout, true, its, address);
    }

    void restore() throws Exception {
        fixture.registerExecutor(APP, "0");
        monitor.restored(Map.of(APP, Duration.ZERO), Set.of(), Map.of(), Map.of());
    }

    void end(CloseReason reason) {
        monitor.driverDisconnected(APP, connection, reason);
    }

    /** A stranger registers with the shortest timeout, and its connection ends. */
    void stranger(CloseReason reason) throws Exception {
        Object its = new Object();
        registerDriver(APP, MS, its, STRANGER);
        monitor.driverDisconnected(APP, its, reason);
    }

    void restart() throws Exception {
        fixture.restart(true);
        monitor = fixture.monitor;
    }

    ApplicationStatus status() {
        return monitor.applicationAdmin().applications().get(0);
    }

    void expire() throws Exception {
        registerDriver(TIMEOUT);
        end(CloseReason.CLOSED_BY_PEER);
        fixture.pass(TIMEOUT);
        fixture.assertOver(APP);
    }
}
