package dev.mesosshuffle.roots;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.events.EventRecorder;
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
    private final RootMonitor monitor = new RootMonitor(() -> registered, () -> toBeDeleted, roots, EventRecorder.NONE);

    @TempDir
    private Path temp;

    private Path root;
    private Path elsewhere;
    private long inode;

    @BeforeEach
    void setUp() throws IOException {
        monitor.start();
        root = Files.createDirectory(temp.toRealPath().resolve("root"));
        elsewhere = root.resolveSibling("elsewhere");
        inode = (Long) Files.getAttribute(root, "unix:ino");
    }

    @AfterEach
    void tearDown() {
        log.close();
    }

    @Test
    void logsNothingWhileEachRootIsWhatItWas() {
        registered.put(root, Set.of(inode));
        toBeDeleted.put(root, Set.of(inode));
        roots.probeAll();
        assertThat(monitor.unavailabilityReason(root)).isNull();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void logsNothingOfARootThatNobodyRegisteredUnder() throws IOException {
        Files.move(root, elsewhere);
        roots.probeAll();
        assertThat(monitor.unavailabilityReason(root)).isNull();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void logsOnceThatARootIsMissingAndOnceThatItIsBack() throws IOException {
        registered.put(root, Set.of(inode));
        roots.probeAll();
        Files.move(root, elsewhere);
        assertThat(monitor.unavailabilityReason(root)).contains("cannot be read");
        roots.probeAll();
        roots.probeAll();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN Root " + root + " is not what it was: ")
                .contains("Is its disk mounted?");

        Files.move(elsewhere, root);
        roots.probeAll();
        roots.probeAll();
        assertThat(monitor.unavailabilityReason(root)).isNull();
        assertThat(log.lines()).hasSize(2).last().asString().startsWith("INFO Root " + root + " is what it was again");
    }

    @Test
    void logsAnotherDirInPlaceOfTheRootAlsoIfOnlyRemovalsWaitThere() throws IOException {
        toBeDeleted.put(root, Set.of(inode));
        Files.move(root, elsewhere);
        Files.createDirectory(root);
        roots.probeAll();
        assertThat(monitor.unavailabilityReason(root)).contains("expected: " + inode);
        assertThat(log.lines()).hasSize(1);
    }

    @Test
    void doesNotAlternateWhileSomeWereRegisteredUnderAnotherDisk() {
        registered.put(root, Set.of(inode));
        toBeDeleted.put(root, Set.of(inode + 1));
        roots.probeAll();
        roots.probeAll();
        assertThat(log.lines()).hasSize(1);

        toBeDeleted.clear();
        roots.probeAll();
        assertThat(log.lines()).hasSize(2);
    }

    @Test
    void monitorsARootOfWhichNoInodeIsKnown() throws IOException {
        toBeDeleted.put(root, Set.of());
        roots.probeAll();
        assertThat(log.lines()).isEmpty();
        Files.move(root, elsewhere);
        roots.probeAll();
        assertThat(log.lines()).hasSize(1);
    }
}
