package dev.mesosshuffle.roots;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks in the caller's thread, at the start and when it is told to. */
final class RootMonitorTest {
    private final LogCapture log = LogCapture.of(RootMonitor.class);
    private final Map<Path, Set<Long>> registered = new HashMap<>();
    private final Map<Path, Set<Long>> toBeDeleted = new HashMap<>();
    private final RootProbers roots = RootProbers.inCallersThread(List.of());
    private final RootMonitor watch = new RootMonitor(() -> registered, () -> toBeDeleted, roots);

    @TempDir
    private Path temp;

    private Path root;
    private Path elsewhere;
    private long inode;

    @BeforeEach
    void setUp() throws IOException {
        watch.listen();
        root = Files.createDirectory(temp.toRealPath().resolve("root"));
        elsewhere = root.resolveSibling("elsewhere");
        inode = (Long) Files.getAttribute(root, "unix:ino");
    }

    @AfterEach
    void tearDown() {
        log.close();
    }

    @Test
    void saysNothingWhileEachRootIsWhatItWas() {
        registered.put(root, Set.of(inode));
        toBeDeleted.put(root, Set.of(inode));
        roots.lookAtAll();
        assertThat(watch.reasonAway(root)).isNull();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void saysNothingOfARootThatNobodyRegisteredUnder() throws IOException {
        Files.move(root, elsewhere);
        roots.lookAtAll();
        assertThat(watch.reasonAway(root)).isNull();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void tellsOnceThatARootIsGoneAndOnceThatItIsBack() throws IOException {
        registered.put(root, Set.of(inode));
        roots.lookAtAll();
        Files.move(root, elsewhere);
        assertThat(watch.reasonAway(root)).contains("cannot be looked at");
        roots.lookAtAll();
        roots.lookAtAll();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN Root " + root + " is not what it was: ")
                .contains("Is its disk mounted?");

        Files.move(elsewhere, root);
        roots.lookAtAll();
        roots.lookAtAll();
        assertThat(watch.reasonAway(root)).isNull();
        assertThat(log.lines()).hasSize(2).last().asString().startsWith("INFO Root " + root + " is what it was again");
    }

    @Test
    void tellsOfAnotherDirInPlaceOfTheRootAlsoIfOnlyRemovalsWaitThere() throws IOException {
        toBeDeleted.put(root, Set.of(inode));
        Files.move(root, elsewhere);
        Files.createDirectory(root);
        roots.lookAtAll();
        assertThat(watch.reasonAway(root)).contains("expected: " + inode);
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void doesNotComeAndGoWhileSomeWereRegisteredUnderAnotherDisk() {
        registered.put(root, Set.of(inode));
        toBeDeleted.put(root, Set.of(inode + 1));
        roots.lookAtAll();
        roots.lookAtAll();
        assertThat(log.lines()).hasSize(1);

        toBeDeleted.clear();
        roots.lookAtAll();
        assertThat(log.lines()).hasSize(2);
    }

    @Test
    void looksAtARootOfWhichNoInodeIsKnown() throws IOException {
        toBeDeleted.put(root, Set.of());
        roots.lookAtAll();
        assertThat(log.lines()).isEmpty();
        Files.move(root, elsewhere);
        roots.lookAtAll();
        assertThat(log.lines()).hasSize(1);
    }
}
