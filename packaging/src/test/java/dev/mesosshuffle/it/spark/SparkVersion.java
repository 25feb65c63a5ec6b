package dev.mesosshuffle.it.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The versions of Spark whose jars the build resolves, oldest first: the last of each line whose shuffle client, or
 * whose authentication, differs from the one before. Below {@link #home()} lie the jars in {@code jars/}, as in a Spark distribution.
 */
public enum SparkVersion {
    V2_2_0("2.2.0"),
    V2_4_8("2.4.8"),
    V3_0_3("3.0.3"),
    V3_1_3("3.1.3"),
    V3_2_4("3.2.4"),
    V3_3_4("3.3.4"),
    V3_4_4("3.4.4"),
    V3_5_9("3.5.9"),
    V4_0_4("4.0.4"),
    V4_2_0("4.2.0");

    private final String release;

    SparkVersion(String release) {
        this.release = release;
    }

    public Path home() {
        return ItFolders.target().resolve("spark").resolve(release);
    }

    public List<Path> jars() {
        try (Stream<Path> files = Files.list(home().resolve("jars"))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Spark " + release + " is not there; the build resolves it", e);
        }
    }

    public String scalaBinaryVersion() {
        return compareTo(V4_0_4) < 0 ? "2.12" : "2.13";
    }

    /** The release, such as 3.5.9. */
    @Override
    public String toString() {
        return release;
    }
}
