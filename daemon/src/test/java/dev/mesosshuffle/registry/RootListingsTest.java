package dev.mesosshuffle.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.probes.HungRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both roots hold the same; one of them may hang. */
final class RootListingsTest {
    @TempDir
    private Path temp;

    private Path good;
    private Path other;
    private List<StoredLocalDir> stored;

    @BeforeEach
    void setUp() throws IOException {
        good = Files.createDirectory(temp.toRealPath().resolve("good"));
        other = Files.createDirectory(temp.toRealPath().resolve("other"));
        Files.createDirectory(good.resolve("blockmgr-there"));
        stored = List.of(
                stored(good, "blockmgr-there"), stored(good, "blockmgr-missing"), stored(other, "blockmgr-missing"));
    }

    private static StoredLocalDir stored(Path root, String name) throws IOException {
        return new StoredLocalDir(new LocalDir(root, root.resolve(name)), "app", RootListings.inode(root));
    }

    private RootListings.Result find(Set<Path> hung) {
        return new RootListings(new HungRoots(List.of(good, other), hung).probers(), Duration.ofMillis(10))
                .find(stored);
    }

    @Test
    void findsMissingDirsUnderEachRoot() {
        RootListings.Result result = find(Set.of());
        assertThat(result.missing())
                .containsExactlyInAnyOrder(
                        new LocalDir(good, good.resolve("blockmgr-missing")),
                        new LocalDir(other, other.resolve("blockmgr-missing")));
        assertThat(result.unresponsiveRoots()).isEmpty();
    }

    @Test
    void reportsNothingMissingUnderAnUnresponsiveRootAndStopsWaitingForIt() {
        RootListings.Result result = find(Set.of(other));
        assertThat(result.missing()).containsExactly(new LocalDir(good, good.resolve("blockmgr-missing")));
        assertThat(result.unresponsiveRoots()).containsExactly(other);
    }
}
