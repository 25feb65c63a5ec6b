package dev.mesosshuffle.it;

import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.client.SparkClients;
import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** What a driver on Mesos does beside scheduling, in the seed's program, and in a driver that ends at once. */
final class MesosDriver {
    /** So long that the pauses of a busy machine do not look like a driver's end. */
    static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** The id of the application whose driver ends at once. */
    static final String WITNESS = "witness";

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration REMOVAL = Duration.ofSeconds(60);

    /** The last version whose client does what a driver on Mesos does. */
    private static final SparkVersion CLIENT = SparkVersion.V2_4_8;

    private MesosDriver() {}

    /** For the configuration of an application: its step {@code register} then registers its driver. */
    static Map<String, String> heartbeats() throws IOException {
        return heartbeats(CLIENT);
    }

    /**
     * The same with the client of a version.
     *
     * @param client the last with a client for drivers on Mesos is 2.4.8; of later ones, the tests' own client sends the same
     *     messages
     */
    static Map<String, String> heartbeats(SparkVersion client) throws IOException {
        return Map.of(
                "spark.it.driverClient",
                SparkClients.classPath(client).stream().map(Path::toString).collect(Collectors.joining(":")),
                "spark.it.heartbeatTimeout",
                Long.toString(TIMEOUT.toMillis()),
                "spark.it.heartbeatInterval",
                Long.toString(INTERVAL.toMillis()));
    }

    /** Returns once a driver with the same timeout was silent for so long that the service removed its application. */
    static void awaitEndOfAWitness(ManagedProcess service, int port) throws Exception {
        try (SparkClient driver = SparkClients.connect(CLIENT, port, WITNESS, Map.of())) {
            driver.registerDriver(TIMEOUT.toMillis(), NEVER.toMillis());
        }
        service.await("Application " + WITNESS + " removed", REMOVAL);
    }
}
