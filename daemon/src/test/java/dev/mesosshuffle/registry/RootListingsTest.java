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
        stored = List.of(stored(good, "blockmgr-there"), stored(good, "blockmgr-gone"), stored(other, "blockmgr-gone"));
    }

    private static StoredLocalDir stored(Path root, String name) throws IOException {
        return new StoredLocalDir(new LocalDir(root, root.resolve(name)), "app", RootListings.inode(root));
    }

    private RootListings.Result look(Set<Path> hung) {
        return new RootListings(new HungRoots(List.of(good, other), hung).probers(), Duration.ofMillis(10))
                .find(stored);
    }

    @Test
    void findsWhatIsGoneUnderEachRoot() {
        RootListings.Result looks = look(Set.of());
        assertThat(looks.missing())
                .containsExactlyInAnyOrder(
                        new LocalDir(good, good.resolve("blockmgr-gone")),
                        new LocalDir(other, other.resolve("blockmgr-gone")));
        assertThat(looks.unresponsiveRoots()).isEmpty();
    }

    @Test
    void takesNothingForGoneUnderARootThatDoesNotAnswerAndWaitsForItNoLonger() {
        RootListings.Result looks = look(Set.of(other));
        assertThat(looks.missing()).containsExactly(new LocalDir(good, good.resolve("blockmgr-gone")));
        assertThat(looks.unresponsiveRoots()).containsExactly(other);
    }
}
