package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.LocalDirNaming;
import dev.mesosshuffle.probes.RootProbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalDirPolicyTest {
    private final MetricRegistry metrics = new MetricRegistry();

    private static final String SPARKS_NAME = "blockmgr-99aa7dea-5770-4344-8062-81bca143a06e";

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

    @Test
    void knowsOfAStoredDirWhetherAnExecutorCouldRegisterIt() {
        assertThat(policy.mayBeRegistered(new LocalDir(root, root.resolve("spark-1/blockmgr-1"))))
                .isTrue();
        for (LocalDir planted : List.of(
                new LocalDir(Path.of("/"), root.resolve("blockmgr-1")),
                new LocalDir(Path.of("/"), Path.of("/etc/blockmgr-1")),
                new LocalDir(temp.resolve("other"), temp.resolve("other/blockmgr-1")),
                new LocalDir(root, root.resolve("spark-1")),
                new LocalDir(root, root.resolve("going-x/blockmgr-1")))) {
            assertThat(policy.mayBeRegistered(planted)).as("%s", planted).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blockmgr-", "blockmgr", "spark-1", "xblockmgr-1", "blockmgr-1/00"})
    void refusesOtherNames(String path) throws Exception {
        Files.createDirectories(root.resolve(path));
        assertRefused(root.resolve(path).toString(), "blockmgr-*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"going-blockmgr-1", "going-2-blockmgr-1", "going-blockmgr-1/blockmgr-2"})
    void refusesADirMarkedForDeletionAndWhatLiesInIt(String path) throws Exception {
        Path dir = Files.createDirectories(root.resolve(path));
        assertRefused(dir.toString(), "going-*");
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
    void refusesADirThatDoesNotExist() {
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

    @ParameterizedTest
    @ValueSource(strings = {"", "spark-1/executor-1/", "any/dir/"})
    void acceptsByDefaultWhatSparkNamed(String parent) throws Exception {
        Path dir = Files.createDirectories(root.resolve(parent + SPARKS_NAME));
        assertThat(ofSparksNames().accept(dir.toString())).isEqualTo(new LocalDir(root, dir));
        ofSparksNames().recheck(new LocalDir(root, dir));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "blockmgr-notes",
                "blockmgr-99AA7DEA-5770-4344-8062-81BCA143A06E",
                "blockmgr-99aa7dea-5770-4344-8062-81bca143a06e-0",
                "blockmgr-99aa7dea-5770-4344-8062-81bca143a06",
                "my-blockmgr-99aa7dea-5770-4344-8062-81bca143a06e",
                "blockmgr-99aa7dea57704344806281bca143a06e"
            })
    void refusesByDefaultWhatSparkDidNotName(String name) throws Exception {
        Path dir = Files.createDirectories(root.resolve(name));
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> ofSparksNames().accept(dir.toString()))
                .withMessage("local dir: " + dir + " (expected: a last component blockmgr-UUID, as Spark gives it)");
    }

    @Test
    void takesOnlySparksNamesForOrphansByDefault() throws Exception {
        for (String marked : List.of("", "going-", "going-3-", "going-going-2-")) {
            Path other = Path.of(marked + "blockmgr-notes");
            assertThat(ofSparksNames().mayBeOrphan(Path.of(marked + SPARKS_NAME)))
                    .isTrue();
            assertThat(ofSparksNames().mayBeOrphan(other)).isFalse();
            assertThat(policy.mayBeOrphan(other)).isTrue();
        }
    }

    private LocalDirPolicy ofSparksNames() throws IOException {
        List<Path> roots = List.of(root);
        return LocalDirPolicy.of(roots, LocalDirNaming.SPARK, RootProbers.inCallersThread(roots), new MetricRegistry());
    }

    @Test
    void keepsToItselfWhatExists() throws Exception {
        Files.createDirectories(root.resolve("dir/blockmgr-1"));
        Files.createFile(root.resolve("blockmgr-file"));
        Files.createSymbolicLink(root.resolve("link"), root.resolve("dir"));
        for (String found : List.of("none/blockmgr-1", "blockmgr-file", "link/blockmgr-1")) {
            assertConfidential(root + "/" + found, true);
        }
        // These are refused alike whatever is there.
        for (String misspelled : List.of("none", "dir", "link", "dir/../dir/blockmgr-1", "going-x/blockmgr-1")) {
            assertConfidential(root + "/" + misspelled, false);
        }
        assertConfidential("blockmgr-1", false);
        assertConfidential(temp.toRealPath() + "/none/blockmgr-1", false);
    }

    private void assertConfidential(String dir, boolean expected) {
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> policy.accept(dir))
                .satisfies(refused -> assertThat(refused.isConfidential()).isEqualTo(expected));
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

    private void assertRefused(String dir, String expectation) {
        assertThatExceptionOfType(LocalDirRefusedException.class)
                .isThrownBy(() -> policy.accept(dir))
                .withMessageContaining(dir)
                .withMessageContaining(expectation);
    }
}
