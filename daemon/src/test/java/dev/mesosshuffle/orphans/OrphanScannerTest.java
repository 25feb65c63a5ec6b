package dev.mesosshuffle.orphans;

import static dev.mesosshuffle.orphans.OrphanFixture.UUID;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.cleanup.LocalDirFixture;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.LocalDirNaming;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.probes.HungRoots;
import dev.mesosshuffle.testing.DirectExecutorService;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done about orphans, from the search to the last file. */
final class OrphanScannerTest {
    private final LogCapture log = LogCapture.ofPackages(OrphanScanner.class);

    @TempDir
    private Path temp;

    private OrphanFixture host;

    @BeforeEach
    void setUp() throws Exception {
        host = new OrphanFixture(temp, OrphanMode.DELETE);
    }

    @AfterEach
    void tearDown() throws Exception {
        host.close();
        log.close();
    }

    @Test
    void deletesOrphansAndNothingElse() throws Exception {
        host.old("blockmgr-1");
        host.old("spark-" + UUID + "/executor-" + UUID + "/blockmgr-2");
        host.old("going-blockmgr-3");
        host.localDirs.filledDir("blockmgr-young");
        host.register(host.otherStore, host.old("blockmgr-registered")).get();
        host.old("spark-events");
        host.scanner.scan();
        assertThat(host.left()).containsExactlyInAnyOrder("blockmgr-young", "blockmgr-registered", "spark-events");
        assertThat(host.gauge("cleanup.pendingDirs")).isEqualTo(0);
        assertThat(host.store.loadRemovals()).hasSize(3).noneMatch(intent -> intent.rootInode() == null);
        host.forget();
        assertThat(host.store.loadRemovals()).isEmpty();
        assertThat(host.otherStore.loadRemovals()).isEmpty();
        assertThat(host.count("orphans.deletedDirs")).isEqualTo(3);
        assertThat(host.count("cleanup.deletedFiles")).isEqualTo(3 * LocalDirFixture.FILES);
        assertThat(host.count("cleanup.deletedBytes")).isEqualTo(3 * LocalDirFixture.FILES * LocalDirFixture.FILE_SIZE);
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("INFO Deleting orphans under " + host.localDirs.root)
                .contains("3 dirs with 1.8 KiB", "blockmgr-1", "going-blockmgr-3");
    }

    @Test
    void leavesAloneWhatLiesBeneathADiskThatIsNotMounted() throws Exception {
        host.old("blockmgr-beneath");
        LocalDir onTheDisk = host.localDirs.dir("blockmgr-on-the-disk");
        host.register(host.otherStore, onTheDisk, 42).get();
        host.scanner.scan();
        assertThat(host.left()).containsExactly("blockmgr-beneath");
        assertThat(host.store.loadRemovals()).isEmpty();

        host.otherStore.removeApplication("app", List.of()).get();
        host.scanner.scan();
        assertThat(host.left()).isEmpty();
    }

    @Test
    void followsNoLinkInWhatItDeletes() throws Exception {
        LocalDir dir = host.old("blockmgr-1");
        Path link = Files.createSymbolicLink(dir.path().resolve("0a/link"), host.localDirs.outside);
        assertThat(new ProcessBuilder("touch", "-h", "-d", "3 days ago", link.toString())
                        .start()
                        .waitFor())
                .isZero();
        host.touch(dir.path().resolve("0a"), OrphanFixture.OLD);
        host.scanner.scan();
        // And the fixture looks whether anything outside has changed.
        assertThat(host.left()).isEmpty();
    }

    @Test
    void scansTheOtherRootsWhileOneHangs() throws Exception {
        LocalDir orphan = host.old("blockmgr-orphan");
        Path other = Files.createDirectory(temp.toRealPath().resolve("other"));
        Set<Path> hung = new HashSet<>();
        HungRoots roots = new HungRoots(List.of(host.localDirs.root, other), hung);
        roots.notice();
        List<Path> searched = new ArrayList<>();
        OrphanScanner orphans = new OrphanScanner(
                OrphanMode.REPORT,
                LocalDirPolicy.of(
                        List.of(host.localDirs.root, other), LocalDirNaming.ANY, roots.probers(), new MetricRegistry()),
                host.orphanPolicy,
                host.reclaimer,
                () -> 0,
                new RootExecutors(
                        root -> {
                            searched.add(root);
                            return new DirectExecutorService();
                        },
                        () -> new RateLimiter(() -> 0, () -> 0, nanos -> {})),
                new MetricRegistry());
        hung.add(other);
        roots.notice();
        orphans.scan();
        assertThat(searched).containsExactly(host.localDirs.root);
        assertThat(orphans.lastFound().get(host.localDirs.root))
                .singleElement()
                .extracting(Orphan::dir)
                .isEqualTo(orphan);
        // And once it answers again, that one too.
        hung.clear();
        roots.comeBack();
        orphans.scan();
        assertThat(searched).containsExactly(host.localDirs.root, other);
        orphans.close();
    }

    @Test
    void scansAgainAfterThereWasNoMemoryForAScan() throws Exception {
        host.old("blockmgr-1");
        host.isScarce = true;
        host.scanner.scan();
        assertThat(log.lines()).singleElement().asString().contains("not enough memory");
        host.isScarce = false;
        host.scanner.scan();
        assertThat(host.left()).isEmpty();
    }
}
