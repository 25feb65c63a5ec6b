package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.RunsAlone;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each hostile client alone beside a healthy one, against a daemon with the least memory: it lives, its memory stays within
 * what it was given, the healthy client goes on, and afterwards all counters are at rest.
 */
@RunsAlone
class NetworkAttacksIT {
    private static final int MEMORY_MIB = 256;

    /** What the kernel counts that the daemon cannot limit: pages of its files, and of its libraries. */
    private static final int TOLERATED_MIB = 64;

    @TempDir
    static Path folder;

    private static @Nullable AttackedDaemon daemon;

    @BeforeEach
    void startUnlessItRuns() throws Exception {
        if (daemon == null || !daemon.isHealthy()) {
            end();
            daemon = AttackedDaemon.start(
                    Files.createTempDirectory(folder, "host"), MEMORY_MIB + "m", AttackedDaemon.SHORT_TIMEOUTS);
        }
    }

    @AfterAll
    static void end() {
        if (daemon != null) {
            daemon.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void doesNotHarmTheDaemonOrItsOtherClients(NetworkAttack attack) throws Exception {
        AttackedDaemon attacked = Objects.requireNonNull(daemon);
        Map<String, Long> atRest = attacked.counters();

        SentAmount sent = attacked.attackUntilMeasured(attack);

        System.out.println(attack + ": " + sent);
        assertThat(sent).matches(amount -> amount.isAtLeast(attack.least()), "at least " + attack.least());
        attacked.assertUnharmed();
        attacked.awaitRest(atRest);
        assertThat(attacked.peakResidentMib()).as("peak of its memory in MiB").isLessThan(MEMORY_MIB + TOLERATED_MIB);
    }
}
