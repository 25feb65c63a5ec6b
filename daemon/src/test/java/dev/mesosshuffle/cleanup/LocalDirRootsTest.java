package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.LocalDirNaming;
import dev.mesosshuffle.probes.HungRoots;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which root a local dir belongs to, where roots are links, nested, missing, or hang. */
final class LocalDirRootsTest {
    private final MetricRegistry metrics = new MetricRegistry();

    @TempDir
    private Path temp;

    private Path root;
    private LocalDirPolicy policy;

    @BeforeEach
    void setUp() throws IOException {
        root = Files.createDirectories(temp.toRealPath().resolve("root"));
        policy = LocalDirPolicy.of(List.of(root), metrics);
    }

    @Test
    void refusesTheRootItself() throws Exception {
        Path strange = Files.createDirectories(temp.toRealPath().resolve("blockmgr-root"));
        LocalDirPolicy ofStrange = LocalDirPolicy.of(List.of(strange), new MetricRegistry());
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> ofStrange.accept(strange.toString()));
    }

    @Test
    void acceptsDirsUnderARootThatIsALink() throws Exception {
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        Path link = Files.createSymbolicLink(temp.toRealPath().resolve("link"), root);
        LocalDirPolicy ofLink = LocalDirPolicy.of(List.of(link), new MetricRegistry());
        assertThat(ofLink.accept(link + "/blockmgr-1")).isEqualTo(new LocalDir(root, dir));
        assertThat(ofLink.accept(root + "/blockmgr-1")).isEqualTo(new LocalDir(root, dir));
    }

    @Test
    void acceptsDirsUnderARootThatLiesBehindALink() throws Exception {
        Path dir = Files.createDirectories(root.resolve("disk/blockmgr-1"));
        Path link = Files.createSymbolicLink(temp.toRealPath().resolve("link"), root);
        LocalDirPolicy behindLink = LocalDirPolicy.of(List.of(link.resolve("disk")), new MetricRegistry());
        assertThat(behindLink.accept(link + "/disk/blockmgr-1")).isEqualTo(new LocalDir(root.resolve("disk"), dir));
    }

    @Test
    void takesTheInnermostOfNestedRoots() throws Exception {
        Path inner = Files.createDirectories(root.resolve("inner"));
        Path dir = Files.createDirectories(inner.resolve("blockmgr-1"));
        LocalDirPolicy nested = LocalDirPolicy.of(List.of(root, inner), new MetricRegistry());
        assertThat(nested.accept(dir.toString())).isEqualTo(new LocalDir(inner, dir));
    }

    @ParameterizedTest
    @CsvSource({
        "ROOT/d1/blockmgr-1, ROOT/d1",
        "ROOT/d10/blockmgr-1, ROOT/d10",
        "ROOT/d10/spark-1/executor-2/blockmgr-1, ROOT/d10",
        "ROOT/d1/inner/blockmgr-1, ROOT/d1/inner",
        "ROOT/d1/inner2/blockmgr-1, ROOT/d1",
        "ROOT//d10/./blockmgr-1/, ROOT/d10",
        "//ROOT/d1///inner//blockmgr-1, ROOT/d1/inner",
        "ROOT/link/blockmgr-1, ROOT/real",
        "ROOT/real/blockmgr-1, ROOT/real",
        "ROOT/real10/blockmgr-1, /",
        "ROOT/link10/blockmgr-1, /",
        "ROOT/late/blockmgr-1, ROOT/late",
        "ROOT/d10/../d1/blockmgr-1, /",
        "d1/blockmgr-1, /",
        "ROOT/d, /",
        "/blockmgr-1, /",
    })
    void findsTheInnermostClaimedRootByNamesAlone(String dir, String claimed) throws Exception {
        Files.createDirectories(root.resolve("d1/inner"));
        Files.createDirectories(root.resolve("d10"));
        Files.createDirectories(root.resolve("real"));
        Files.createSymbolicLink(root.resolve("link"), root.resolve("real"));
        LocalDirPolicy ofMany = LocalDirPolicy.of(
                Stream.of("d1", "d10", "d1/inner", "link", "late")
                        .map(root::resolve)
                        .toList(),
                new MetricRegistry());
        // Nothing of this is there any more, and so cannot be looked at.
        try (DirectoryStream<Path> all = Files.newDirectoryStream(root)) {
            Files.delete(root.resolve("d1/inner"));
            for (Path path : all) {
                Files.delete(path);
            }
        }
        assertThat(ofMany.claimedRoot(dir.replace("ROOT", root.toString())).orElse(Path.of("/")))
                .isEqualTo(Path.of(claimed.replace("ROOT", root.toString())));
    }

    @Test
    void acceptsADirInARootInARootThatIsSpelledByTheOuterOnesLink() throws Exception {
        Path dir = Files.createDirectories(root.resolve("inner/blockmgr-1"));
        Path link = Files.createSymbolicLink(temp.toRealPath().resolve("link"), root);
        LocalDirPolicy nested = LocalDirPolicy.of(List.of(link, root.resolve("inner")), new MetricRegistry());
        assertThat(nested.claimedRoot(link + "/inner/blockmgr-1")).contains(root.resolve("inner"));
        assertThat(nested.accept(link + "/inner/blockmgr-1")).isEqualTo(new LocalDir(root.resolve("inner"), dir));
    }

    @Test
    void followsNoLinkOfAClientsOwnEvenIfItLeadsToARoot() throws Exception {
        Files.createDirectories(root.resolve("blockmgr-1"));
        Path other = Files.createSymbolicLink(temp.toRealPath().resolve("other"), root.getParent());
        Path spelled = other.resolve(root.getFileName()).resolve("blockmgr-1");
        assertThat(policy.claimedRoot(spelled.toString())).isEmpty();
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> policy.accept(spelled.toString()))
                .withMessageContaining("under one of the allowed roots")
                .satisfies(refused -> assertThat(refused.isConfidential()).isFalse());
    }

    @Test
    void doesNotFollowALinkBelowARootNotEvenToAnotherRoot() throws Exception {
        Path other = Files.createDirectories(temp.toRealPath().resolve("other"));
        Files.createDirectories(other.resolve("blockmgr-1"));
        Files.createSymbolicLink(root.resolve("link"), other);
        LocalDirPolicy ofBoth = LocalDirPolicy.of(List.of(root, other), new MetricRegistry());
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> ofBoth.accept(root + "/link/blockmgr-1"))
                .withMessageContaining("no symbolic link below the root");
        assertThat(ofBoth.accept(other + "/blockmgr-1").root()).isEqualTo(other);
    }

    @Test
    void refusesADirThatIsOrHoldsAnAllowedRoot() throws Exception {
        Path inner = Files.createDirectories(root.resolve("blockmgr-1/disk"));
        Files.createDirectories(inner.resolve("blockmgr-2"));
        LocalDirPolicy nested = LocalDirPolicy.of(List.of(root, inner), new MetricRegistry());
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> nested.accept(root + "/blockmgr-1"))
                .withMessageContaining("a dir without the allowed root " + inner + " in it");
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> nested.recheck(new LocalDir(root, root.resolve("blockmgr-1"))));
        assertThat(nested.accept(inner + "/blockmgr-2").root()).isEqualTo(inner);
    }

    @Test
    void probesARootAgainThatDidNotExist() throws Exception {
        Path late = temp.toRealPath().resolve("late");
        LocalDirPolicy early = LocalDirPolicy.of(List.of(late), new MetricRegistry());
        assertThatExceptionOfType(LocalDirRefusedException.class).isThrownBy(() -> early.accept(late + "/blockmgr-1"));
        Path dir = Files.createDirectories(late.resolve("blockmgr-1"));
        assertThat(early.accept(dir.toString())).isEqualTo(new LocalDir(late, dir));
    }

    @Test
    void acceptsADirWhileAnotherRootHangs() throws Exception {
        Path hungRoot = temp.toRealPath().resolve("hung");
        HungRoots roots = new HungRoots(List.of(hungRoot, root), Set.of(hungRoot));
        LocalDirPolicy besideIt =
                LocalDirPolicy.of(List.of(hungRoot, root), LocalDirNaming.ANY, roots.probers(), new MetricRegistry());
        roots.notice();
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        assertThat(besideIt.accept(dir.toString())).isEqualTo(new LocalDir(root, dir));
        assertThat(besideIt.realRoots()).containsExactly(root);
        assertThat(besideIt.isUnresponsive(hungRoot)).isTrue();
        assertThat(besideIt.isUnresponsive(root)).isFalse();
        // It may be one that was there when something below it was registered.
        assertThat(besideIt.allows(hungRoot)).isTrue();
        assertThat(besideIt.isSomeRootUnknown()).isTrue();
    }

    @Test
    void knowsAllRootsOnceTheyAreFoundOrKnownNotToExist() throws Exception {
        LocalDirPolicy some = LocalDirPolicy.of(List.of(root, temp.toRealPath().resolve("none")), new MetricRegistry());
        assertThat(some.isSomeRootUnknown()).isFalse();
    }

    @Test
    void acceptsAStoredDirWhileTheTargetOfALinkedRootIsNotMounted() throws Exception {
        Path disk = temp.toRealPath().resolve("disk");
        Path link = Files.createSymbolicLink(temp.toRealPath().resolve("link"), disk);
        LocalDir stored = new LocalDir(disk, disk.resolve("blockmgr-1"));
        LocalDir elsewhere = new LocalDir(temp, temp.resolve("blockmgr-1"));
        LocalDirPolicy early = LocalDirPolicy.of(List.of(root, link), new MetricRegistry());
        assertThat(early.isSomeRootUnknown()).isFalse();
        assertThat(early.mayBeRegistered(stored)).isTrue();
        assertThat(early.mayBeRegistered(new LocalDir(disk, disk.resolve("other"))))
                .isFalse();
        assertThatExceptionOfType(LocalDirRefusedException.class).isThrownBy(() -> early.recheck(elsewhere));

        Files.createDirectories(disk);
        LocalDirPolicy later = LocalDirPolicy.of(List.of(root, link), new MetricRegistry());
        assertThat(later.mayBeRegistered(stored)).isTrue();
        assertThat(later.mayBeRegistered(elsewhere)).isFalse();
    }

    @Test
    void refusesARootThatIsNotAbsolute() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LocalDirPolicy.of(List.of(Path.of("relative")), new MetricRegistry()));
    }
}
