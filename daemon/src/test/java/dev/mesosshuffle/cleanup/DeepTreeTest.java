package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Depth must cost neither stack nor descriptors nor stop at the longest path that the kernel takes. */
final class DeepTreeTest {
    @TempDir
    private Path temp;

    private LocalDirFixture localDirs;
    private LocalDir dir;

    @BeforeEach
    void setUp() throws IOException {
        localDirs = LocalDirFixture.in(temp);
        dir = localDirs.filledDir("blockmgr-1");
        LocalDirDeletion.mark(dir);
    }

    @Test
    void deletesATreeDeeperThanAnyPath() throws IOException {
        int depth = 2000;
        deepen(depth);
        AtomicInteger mostDescriptors = new AtomicInteger();
        int before = openDescriptors();
        AtomicInteger files = new AtomicInteger();
        LocalDirDeletion.delete(dir, () -> false, bytes -> {
            files.incrementAndGet();
            mostDescriptors.accumulateAndGet(openDescriptors(), Math::max);
        });
        assertThat(localDirs.root).isEmptyDirectory();
        assertThat(files.get()).isEqualTo(LocalDirFixture.FILES + depth / 100);
        assertThat(mostDescriptors.get() - before).isLessThan(60);
        assertThat(openDescriptors()).isLessThanOrEqualTo(before);
        localDirs.assertOutsideUntouched();
    }

    @Test
    void deletesWhatIsInTheWayOfADeepDir() throws IOException {
        for (int i = 0; i < 100; i++) {
            Files.createFile(LocalDirFixture.going(dir).resolve("deep-" + i));
            Files.createDirectories(LocalDirFixture.going(dir).resolve("0a/deep-" + i + "/full"));
        }
        deepen(100);
        LocalDirDeletion.delete(dir, () -> false, bytes -> {});
        assertThat(localDirs.root).isEmptyDirectory();
    }

    /** Each dir is made at the top and then gets the former tree, since no path is long enough to make it in place. */
    private void deepen(int depth) throws IOException {
        Path top = LocalDirFixture.going(dir);
        try (DirectoryStream<Path> plain = Files.newDirectoryStream(top)) {
            @SuppressWarnings("unchecked")
            SecureDirectoryStream<Path> open = (SecureDirectoryStream<Path>) plain;
            for (int i = 0; i < depth; i++) {
                Path next = Files.createDirectory(top.resolve("next"));
                if (i % 100 == 0) {
                    Files.writeString(next.resolve("file"), "x");
                }
                if (i > 0) {
                    try (SecureDirectoryStream<Path> into = open.newDirectoryStream(Path.of("next"))) {
                        open.move(Path.of("deep"), into, Path.of("deep"));
                    }
                }
                open.move(Path.of("next"), open, Path.of("deep"));
            }
        }
    }

    private static int openDescriptors() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return (int) descriptors.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
