package dev.mesosshuffle.simulation;

import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** What is left to chance: who, where, and for how long. */
final class RandomChoices {
    final Random random;
    private final SimulatedHost host;
    private final List<String> parents = new ArrayList<>(List.of("", ""));
    private int dirs;

    RandomChoices(SimulatedHost host, Random random) {
        this.host = host;
        this.random = random;
    }

    /** Whether a dir lies in that of a process that makes dirs for executors. */
    boolean isInParent(LocalDir dir) {
        return parents.contains(dir.root().relativize(dir.path()).getName(0).toString());
    }

    /** The dir of such a process; one whose dir has gone is no more. */
    private String parent(Path root) {
        int index = random.nextInt(parents.size());
        if (parents.get(index).isEmpty() || !Files.exists(root.resolve(parents.get(index)))) {
            parents.set(index, "spark-" + uuid());
        }
        return parents.get(index);
    }

    LocalDir newDir(Path root, boolean ofExecutor) {
        String name = "blockmgr-" + dirs++;
        return new LocalDir(
                root,
                switch (random.nextInt(ofExecutor ? 2 : 3)) {
                    case 0 -> root.resolve(name);
                    case 1 ->
                        root.resolve(parent(root)).resolve("executor-" + uuid()).resolve(name);
                    default -> root.resolve("spark-" + uuid()).resolve(name);
                });
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    Duration someHours() {
        return Duration.ofHours(1 + random.nextInt(30));
    }

    Duration minutes(int from, int below) {
        return Duration.ofMinutes(from + random.nextInt(below - from));
    }

    SimulatedService anyService() {
        return anyOf(host.services);
    }

    <T> T anyOf(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
