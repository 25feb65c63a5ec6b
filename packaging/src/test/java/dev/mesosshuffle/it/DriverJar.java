package dev.mesosshuffle.it;

import dev.mesosshuffle.it.spark.ItFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The listener for drivers, as the distribution has it. */
final class DriverJar {
    private DriverJar() {}

    static Path path() throws IOException {
        Path folder = ItFolders.target().resolve("mesos-shuffle-service/driver");
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> jars = files.toList();
            if (jars.size() != 1) {
                throw new AssertionError(folder + " has " + jars + " (expected: one jar)");
            }
            return jars.get(0);
        }
    }
}
