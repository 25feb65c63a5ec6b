package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.probes.HungRoots;
import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalDirPolicyTest {
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

    @ParameterizedTest
    @ValueSource(strings = {"blockmgr-1", "spark-1/executor-1/blockmgr-1", "any/dir/blockmgr-1"})
    void acceptsABlockManagersDirUnderARoot(String path) throws Exception {
        Path dir = Files.createDirectories(root.resolve(path));
        assertThat(policy.accept(dir.toString())).isEqualTo(new LocalDir(root, dir));
    }

    @Test
    void acceptsHarmlessSpellings() throws Exception {
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        assertThat(policy.accept(root + "//./blockmgr-1/")).isEqualTo(new LocalDir(root, dir));
    }

    @ParameterizedTest
    @ValueSource(strings = {"blockmgr-", "blockmgr", "spark-1", "xblockmgr-1", "blockmgr-1/00"})
    void refusesOtherNames(String path) throws Exception {
        Files.createDirectories(root.resolve(path));
        assertRefused(root.resolve(path).toString(), "blockmgr-*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"going-blockmgr-1", "going-2-blockmgr-1", "going-blockmgr-1/blockmgr-2"})
    void refusesWhatIsGoingAndWhatLiesInIt(String path) throws Exception {
        Path dir = Files.createDirectories(root.resolve(path));
        assertRefused(dir.toString(), "going-*");
    }

    @Test
    void refusesTheRootItself() throws Exception {
        Path strange = Files.createDirectories(temp.toRealPath().resolve("blockmgr-root"));
        LocalDirPolicy ofStrange = LocalDirPolicy.of(List.of(strange), new MetricRegistry());
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> ofStrange.accept(strange.toString()));
    }

    @Test
    void refusesWhatLiesOutside() throws Exception {
        Path dir = Files.createDirectories(temp.toRealPath().resolve("rootless/blockmgr-1"));
        assertRefused(dir.toString(), "under one of the allowed roots");
    }

    @Test
    void refusesARelativePath() {
        assertRefused("blockmgr-1", "an absolute path");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u0000", "/\u0000/blockmgr-1"})
    void refusesWhatIsNoPath(String path) {
        assertThatExceptionOfType(LocalDirRefusedException.class).isThrownBy(() -> policy.accept(path));
    }

    @Test
    void refusesDotsThatLeadUp() throws Exception {
        Files.createDirectories(root.resolve("blockmgr-1"));
        Files.createDirectories(root.resolve("spark-1"));
        assertRefused(root + "/spark-1/../blockmgr-1", "no ..");
    }

    @Test
    void refusesWhatIsNotThere() {
        assertRefused(root + "/blockmgr-1", "an existing directory");
    }

    @Test
    void refusesAFile() throws Exception {
        Path file = Files.createFile(root.resolve("blockmgr-1"));
        assertRefused(file.toString(), "a directory");
    }

    @Test
    void refusesALinkInPlaceOfTheDir() throws Exception {
        Files.createDirectories(root.resolve("spark-1/blockmgr-2"));
        Path link = Files.createSymbolicLink(root.resolve("blockmgr-1"), root.resolve("spark-1/blockmgr-2"));
        assertRefused(link.toString(), "no symbolic link below the root");
    }

    @Test
    void refusesALinkOnTheWayBelowTheRoot() throws Exception {
        Files.createDirectories(root.resolve("real/blockmgr-1"));
        Files.createSymbolicLink(root.resolve("link"), root.resolve("real"));
        assertRefused(root + "/link/blockmgr-1", "no symbolic link below the root");
        // The same dir is fine by its own name.
        assertThat(policy.accept(root + "/real/blockmgr-1").path()).isEqualTo(root.resolve("real/blockmgr-1"));
    }

    @Test
    void refusesALinkBelowTheRootThatLeadsBackToIt() throws Exception {
        Files.createDirectories(root.resolve("blockmgr-1"));
        Files.createSymbolicLink(root.resolve("link"), root);
        assertRefused(root + "/link/blockmgr-1", "no symbolic link below the root");
    }

    @Test
    void refusesALinkThatLeadsOutside() throws Exception {
        Path outside = Files.createDirectories(temp.toRealPath().resolve("outside/blockmgr-1"));
        Path link = Files.createSymbolicLink(root.resolve("blockmgr-1"), outside);
        assertRefused(link.toString(), "no symbolic link below the root");
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
    void tellsTheInnermostRootThatADirClaimsFromItsNamesAlone(String dir, String claimed) throws Exception {
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
    void acceptsADirThatIsSpelledByALinkAboveARoot() throws Exception {
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        Path other = Files.createSymbolicLink(temp.toRealPath().resolve("other"), root.getParent());
        Path spelled = other.resolve(root.getFileName()).resolve("blockmgr-1");
        assertThat(policy.claimedRoot(spelled.toString())).isEmpty();
        assertThat(policy.accept(spelled.toString())).isEqualTo(new LocalDir(root, dir));
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
    void refusesADirThatThisProcessMayNotEnterAndRead() throws Exception {
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        LocalDirPolicy ofStranger = withAccess(checked -> {
            throw new AccessDeniedException(checked.toString());
        });
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> ofStranger.accept(dir.toString()))
                .withMessageEndingWith(
                        "a directory that this service may enter and read; does it run as the executors' user?)")
                .satisfies(refused -> assertThat(refused.detail())
                        .startsWith(dir + " belongs to user ")
                        .contains(", and this service runs as user "));
    }

    @Test
    void saysInWordsOfItsOwnWhyADirCannotBeLookedAt() throws Exception {
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        LocalDirPolicy onBadDisk = withAccess(checked -> {
            throw new FileSystemException(checked.toString(), null, "Input/output error");
        });
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> onBadDisk.accept(dir.toString()))
                .withMessageEndingWith(
                        "(expected: a directory that can be inspected, which failed: Input/output error)");
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> policy.accept(root + "/" + "x".repeat(300)))
                .withMessageEndingWith("which failed: File name too long)");
        Path loop = temp.toRealPath().resolve("loop");
        Files.createSymbolicLink(loop, loop);
        assertRefused(loop + "/blockmgr-1", "which failed: Too many levels of symbolic links");
    }

    @Test
    void doesNotTakeALackOfDescriptorsForAReasonToRefuse() throws Exception {
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        LocalDirPolicy withoutDescriptors = withAccess(checked -> {
            throw new FileSystemException(checked.toString(), null, "Too many open files");
        });
        assertThatExceptionOfType(LocalDirUnknownException.class)
                .isThrownBy(() -> withoutDescriptors.accept(dir.toString()))
                .withMessageStartingWith("overloaded: local dir " + dir)
                .withMessageContaining("LimitNOFILE");
    }

    @Test
    void asksTheKernelWhetherADirMayBeEnteredAndRead() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        // Even root may not execute what nobody may.
        assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> DirAccess.OF_THIS_PROCESS.check(file));
        DirAccess.OF_THIS_PROCESS.check(root);
    }

    private LocalDirPolicy withAccess(DirAccess access) throws IOException {
        return LocalDirPolicy.of(List.of(root), access, ProcessCredentials.current(), new MetricRegistry());
    }

    @Test
    void looksAgainAtARootThatDidNotExist() throws Exception {
        Path late = temp.toRealPath().resolve("late");
        LocalDirPolicy early = LocalDirPolicy.of(List.of(late), new MetricRegistry());
        assertThatExceptionOfType(LocalDirRefusedException.class).isThrownBy(() -> early.accept(late + "/blockmgr-1"));
        Path dir = Files.createDirectories(late.resolve("blockmgr-1"));
        assertThat(early.accept(dir.toString())).isEqualTo(new LocalDir(late, dir));
    }

    @Test
    void acceptsADirWithoutALookAtARootThatHangs() throws Exception {
        Path hungRoot = temp.toRealPath().resolve("hung");
        HungRoots roots = new HungRoots(List.of(hungRoot, root), Set.of(hungRoot));
        LocalDirPolicy besideIt = LocalDirPolicy.of(List.of(hungRoot, root), roots.probers(), new MetricRegistry());
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
    void knowsAllRootsOnceTheyWereSeenOrAreKnownNotToBeThere() throws Exception {
        LocalDirPolicy some = LocalDirPolicy.of(List.of(root, temp.toRealPath().resolve("none")), new MetricRegistry());
        assertThat(some.isSomeRootUnknown()).isFalse();
    }

    @Test
    void refusesARootThatIsNotAbsolute() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LocalDirPolicy.of(List.of(Path.of("relative")), new MetricRegistry()));
    }

    @Test
    void checksAnAcceptedDirAgain() throws Exception {
        policy.recheck(new LocalDir(root, root.resolve("blockmgr-1")));
        for (LocalDir dir : List.of(
                new LocalDir(root, root.resolve("data")),
                new LocalDir(root, root.resolve("going-blockmgr-1/blockmgr-2")),
                new LocalDir(temp.toRealPath(), temp.toRealPath().resolve("blockmgr-1")))) {
            assertThatExceptionOfType(LocalDirRefusedException.class).isThrownBy(() -> policy.recheck(dir));
        }
    }

    @Test
    void warnsOnceOfDirsThatItCouldNotDelete() throws Exception {
        for (String name : List.of("blockmgr-1", "blockmgr-2", "spark-1/blockmgr-3")) {
            Path dir = Files.createDirectories(root.resolve(name));
            Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        ProcessCredentials nobody = new ProcessCredentials(65_534, Set.of(65_534), false, false);
        MetricRegistry counted = new MetricRegistry();
        LocalDirPolicy ofNobody = LocalDirPolicy.of(List.of(root), DirAccess.OF_THIS_PROCESS, nobody, counted);
        try (LogCapture log = LogCapture.ofPackages(LocalDirPolicy.class)) {
            for (String name : List.of("blockmgr-1", "blockmgr-2", "spark-1/blockmgr-3")) {
                ofNobody.accept(root + "/" + name);
            }
            assertThat(log.lines()).singleElement().asString().contains("blockmgr-1", "65534", "executors' user");
        }
        assertThat(counted.counter("shuffleService.cleanup.undeletableDirs").getCount())
                .isEqualTo(3);
    }

    @Test
    void doesNotWarnOfDirsThatItCouldDelete() throws Exception {
        Path dir = Files.createDirectories(root.resolve("blockmgr-1"));
        try (LogCapture log = LogCapture.ofPackages(LocalDirPolicy.class)) {
            policy.accept(dir.toString());
            assertThat(log.lines()).isEmpty();
        }
        assertThat(metrics.counter("shuffleService.cleanup.undeletableDirs").getCount())
                .isZero();
    }

    private void assertRefused(String dir, String expectation) {
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> policy.accept(dir))
                .withMessageContaining(dir)
                .withMessageContaining(expectation);
    }
}
