package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry that clients filled as far as they can is no reason not to start again. */
class StartAfterAttackIT {
    @TempDir
    Path folder;

    @Test
    void startsWithTheMemoryThatWroteTheRegistry() throws Exception {
        try (AttackedDaemon daemon = AttackedDaemon.start(folder, "256m", AttackedDaemon.SHORT_TIMEOUTS)) {
            daemon.attack(NetworkAttack.HUGE_REGISTRATIONS);
            daemon.attack(NetworkAttack.DRIVERS_WITHOUT_END);
            registerUntilRefused(daemon);
            daemon.assertUnharmed();

            daemon.killAndRestart();

            try (WireClient client = new WireClient(daemon.port())) {
                assertThat(client.fetch(WireMessages.fetchShuffleBlock(HealthyClient.APP, "0", 0, 0)))
                        .hasSize(HealthyClient.BLOCK_BYTES);
            }
        }
    }

    /** With the longest texts that are accepted, under as many applications as that takes. */
    private static void registerUntilRefused(AttackedDaemon daemon) throws Exception {
        Path dir = Files.createDirectories(daemon.root().resolve("blockmgr-" + UUID.randomUUID()));
        int refused = 0;
        try (WireClient client = daemon.hostileClient()) {
            for (int i = 0; i < 100_000 && refused < 100; i++) {
                byte[] reply = client.call(WireMessages.registerExecutor(
                        "filler-" + i % 50 + "-" + "x".repeat(200), i + "-" + "y".repeat(200), List.of(dir)));
                refused += WireClient.failure(reply).isEmpty() ? 0 : 1;
            }
        }
        assertThat(refused).as("registrations that were refused").isEqualTo(100);
    }
}
