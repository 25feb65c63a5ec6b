package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.security.MeteredDaemon;
import dev.mesosshuffle.it.security.ProtectionMode;
import dev.mesosshuffle.it.security.TestCertificates;
import dev.mesosshuffle.it.security.WireTap;
import dev.mesosshuffle.it.spark.SeedApplication;
import dev.mesosshuffle.it.spark.SeedFigures;
import dev.mesosshuffle.it.spark.SparkCluster;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.it.spark.StepReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An application that authenticates and encrypts in one mode, with a driver that sends heartbeats. All that it exchanges
 * with the daemon passes a tap. Used by one thread.
 */
final class ProtectedApplication implements AutoCloseable {
    /** Blocks so long that the daemon sends them in windows. */
    static final SeedFigures FIGURES = new SeedFigures(3, 20_000, 10, 4);

    /** The blocks that the last stage reads. */
    static final long BLOCKS = (long) FIGURES.mappers() * FIGURES.reducers();

    /** The driver's, that of each of two executors for its registration, and that of the second one for blocks. */
    static final long CONNECTIONS = 4;

    /** Java's serialization has it in each block, and nothing else that is exchanged has it. */
    private static final String IN_EACH_BLOCK = "java.lang.Integer";

    /** A registration of an executor has it. */
    private static final String IN_EACH_REGISTRATION = "blockmgr-";

    private final ProtectionMode mode;
    private final WireTap tap;
    private final SeedApplication application;

    private ProtectedApplication(ProtectionMode mode, WireTap tap, SeedApplication application) {
        this.mode = mode;
        this.tap = tap;
        this.application = application;
    }

    static ProtectedApplication start(
            ProtectionMode mode, SparkCluster cluster, Path folder, MeteredDaemon daemon, TestCertificates certificates)
            throws IOException, InterruptedException {
        Map<String, String> conf = new HashMap<>(mode.ofClients(certificates));
        conf.putAll(MesosDriver.heartbeats(driverClient(mode, cluster.version())));
        conf.putAll(Map.of(
                // One executor at a time.
                "spark.cores.max",
                "1",
                "spark.dynamicAllocation.executorIdleTimeout",
                "1s",
                // So that a block which is not encrypted can be read on the wire.
                "spark.shuffle.compress",
                "false"));
        Path ofTheApplication = folder.resolve(mode.name());
        WireTap tap = WireTap.before(daemon.port());
        try {
            return new ProtectedApplication(
                    mode,
                    tap,
                    SeedApplication.start(cluster, ofTheApplication, ofTheApplication, tap.port(), FIGURES, conf));
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            tap.close();
            throw e;
        }
    }

    /** The last real client for drivers on Mesos, wherever it has the mode. */
    private static SparkVersion driverClient(ProtectionMode mode, SparkVersion version) {
        return mode.versions().contains(SparkVersion.V2_4_8) ? SparkVersion.V2_4_8 : version;
    }

    String appId() {
        return application.appId();
    }

    /** Writes its map output, loses its executor, and reads all of the output through the daemon. */
    void shuffle() throws InterruptedException {
        application.step("register");
        StepReport mapped = application.step("map");
        assertThat(application.step("idle").number("executors")).isZero();

        StepReport summed = application.step("sum");

        assertThat(summed.number("sum")).isEqualTo(summed.number("expectedSum"));
        assertThat(summed.number("mapTasks"))
                .as("map tasks, none of them twice")
                .isEqualTo(FIGURES.mappers());
        assertThat(summed.number("failedTasks")).isZero();
        assertThat(summed.number("fetchFailures")).isZero();
        assertThat(mapped.number("remoteBlocks")).isZero();
        assertThat(summed.number("localBlocks")).isEqualTo(mapped.number("localBlocks"));
        assertThat(summed.number("remoteBlocks")).as("blocks over the network").isEqualTo(BLOCKS);
        for (String text : List.of(IN_EACH_BLOCK, IN_EACH_REGISTRATION)) {
            assertThat(tap.saw(text)).as("%s in clear", text).isEqualTo(mode.isPlain());
        }
    }

    /** Kills the driver, as {@code kill -9} does. */
    void killDriver() throws InterruptedException {
        application.kill();
    }

    @Override
    public void close() {
        try (tap) {
            application.close();
        }
    }
}
