package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.testing.DirContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A root with local dirs in it, and beside it files that must never change, whatever happens in the root. */
public final class LocalDirFixture {
    public static final int FILES = 6;
    public static final int FILE_SIZE = 100;

    public final Path root;
    public final Path outside;
    private final Map<String, String> outsideBefore;

    private LocalDirFixture(Path root, Path outside, Map<String, String> outsideBefore) {
        this.root = root;
        this.outside = outside;
        this.outsideBefore = outsideBefore;
    }

    public static LocalDirFixture in(Path temp) throws IOException {
        Path real = temp.toRealPath();
        Path root = Files.createDirectories(real.resolve("root"));
        Path outside = Files.createDirectories(real.resolve("outside"));
        // Whoever follows a link to here at any level finds the names he was looking for.
        fill(Files.createDirectories(outside.resolve("spark-1/executor-1/blockmgr-1")));
        fill(Files.createDirectories(outside.resolve("spark-1/executor-1/going-blockmgr-1")));
        fill(Files.createDirectories(outside.resolve("blockmgr-1")));
        fill(outside);
        Files.writeString(outside.resolve("precious"), "keep me");
        Files.createDirectories(outside.resolve("spark-empty/executor-empty"));
        return new LocalDirFixture(root, outside, DirContents.of(outside));
    }

    public LocalDir dir(String path) {
        return new LocalDir(root, root.resolve(path));
    }

    /** A dir as an executor leaves it, with {@link #FILES} files of {@link #FILE_SIZE} bytes. */
    public LocalDir filledDir(String path) throws IOException {
        LocalDir dir = dir(path);
        fill(Files.createDirectories(dir.path()));
        return dir;
    }

    static void fill(Path dir) throws IOException {
        for (String subDir : new String[] {"00", "0a", "3f"}) {
            Files.createDirectories(dir.resolve(subDir));
            for (int i = 0; i < FILES / 3; i++) {
                Files.writeString(dir.resolve(subDir).resolve("shuffle_0_" + i + "_0.data"), "x".repeat(FILE_SIZE));
            }
        }
    }

    public static Path going(LocalDir dir) {
        return dir.path().resolveSibling("going-" + dir.path().getFileName());
    }

    public void assertOutsideUntouched() throws IOException {
        assertThat(DirContents.of(outside)).isEqualTo(outsideBefore);
    }
}
