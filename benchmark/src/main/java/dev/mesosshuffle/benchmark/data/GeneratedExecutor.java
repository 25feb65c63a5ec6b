package dev.mesosshuffle.benchmark.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An executor that is gone and has left its files.
 *
 * @param dataset what it wrote
 * @param localDirs where it wrote it
 */
public record GeneratedExecutor(Dataset dataset, List<Path> localDirs) {
    /** How many sub-dirs an executor spreads its files over; Spark's default. */
    public static final int SUB_DIRS = 64;

    /** Each application has this one executor. */
    public static final String EXECUTOR_ID = "1";

    public GeneratedExecutor {
        localDirs = List.copyOf(localDirs);
    }

    /** The application that it belonged to. */
    public String appId() {
        return "benchmark-" + dataset.name();
    }

    /** Where Spark places a file: the dir and the sub-dir follow from a hash of its name. */
    public Path file(String name) {
        // The one hash without a positive counterpart is no name of a map output.
        int hash = Math.absExact(name.hashCode());
        int subDir = hash / localDirs.size() % SUB_DIRS;
        return localDirs
                .get(hash % localDirs.size())
                .resolve(String.format("%02x", subDir))
                .resolve(name);
    }

    /** The name of a map task's file. */
    static String mapOutput(int map, String extension) {
        return "shuffle_" + Dataset.SHUFFLE_ID + "_" + map + "_0." + extension;
    }

    /** All of its files. */
    public List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path dir : localDirs) {
            try (Stream<Path> tree = Files.walk(dir)) {
                tree.filter(Files::isRegularFile).forEach(files::add);
            }
        }
        return files;
    }
}
