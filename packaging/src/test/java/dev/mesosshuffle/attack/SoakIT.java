package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.RunsAlone;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mixed load with hostile clients of every kind among it, for as long as {@code -Dsoak.seconds} says, and with the memory
 * that {@code -Dsoak.memory} says: memory, descriptors,
 * threads and budgets are the same at its end as after its beginning, and nothing of the healthy client's is lost.
 */
@RunsAlone
class SoakIT {
    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("soak.seconds", 30));
    private static final String MEMORY = System.getProperty("soak.memory", "512m");

    /** Threads and descriptors of pools that come and go. */
    private static final int TOLERATED_DIFFERENCE = 40;

    @TempDir
    Path folder;

    @Test
    void isTheSameAfterwards() throws Exception {
        long seed = Long.getLong("soak.seed", new Random().nextLong());
        Random random = new Random(seed);
        try (AttackedDaemon daemon = AttackedDaemon.start(folder, MEMORY, AttackedDaemon.SHORT_TIMEOUTS)) {
            // Whatever is allocated once, or loaded on demand, is there afterwards.
            for (NetworkAttack attack : NetworkAttack.values()) {
                daemon.attack(attack);
            }
            Map<String, Long> first = ProcessFigures.of(daemon);
            Map<String, Long> atRest = daemon.counters();

            long end = System.nanoTime() + LENGTH.toNanos();
            List<NetworkAttack> attacks = List.of(NetworkAttack.values());
            int count = 0;
            while (System.nanoTime() < end) {
                daemon.attack(attacks.get(random.nextInt(attacks.size())));
                // A hostile client among many others.
                daemon.awaitHealthyRequests(1 + random.nextInt(100));
                count++;
            }

            Map<String, Long> last = ProcessFigures.of(daemon);
            System.out.println("memory " + MEMORY + ", seed " + seed + ", " + count + " attacks, first " + first
                    + ", last " + last + ", counters " + daemon.counters() + ", peak MiB " + daemon.peakResidentMib());
            daemon.assertUnharmed();
            daemon.awaitRest(atRest);
            first.forEach((name, figure) -> assertThat(last.getOrDefault(name, 0L))
                    .as("%s, %s at first", name, figure)
                    .isLessThanOrEqualTo(figure + TOLERATED_DIFFERENCE));
        }
    }
}
