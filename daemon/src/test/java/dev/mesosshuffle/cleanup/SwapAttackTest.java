package dev.mesosshuffle.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.host.SecureDirectories;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.testing.DirContents;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody swaps one component for a link to precious files and back, as fast as the kernel lets him, while dirs are
 * deleted. Behind the link lie the same names as in the dir, so that to follow it once is to delete something.
 */
final class SwapAttackTest {
    private static final int ROUNDS = 100;
    private static final int SWAPS = 20;
    private static final int OPENINGS = 50_000;

    /** Whoever gets the processor first, each attack has seen its swaps by then. */
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final ExecutorService attacker = Executors.newSingleThreadExecutor();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicInteger swaps = new AtomicInteger();
    private final long start = System.nanoTime();

    @TempDir
    private Path temp;

    private LocalDirFixture localDirs;

    @BeforeEach
    void setUp() throws IOException {
        localDirs = LocalDirFixture.in(temp);
    }

    @AfterEach
    void tearDown() throws InterruptedException {
        stop.set(true);
        attacker.shutdown();
        assertThat(attacker.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark-1",
                "spark-1/executor-1",
                "spark-1/executor-1/blockmgr-1",
                "spark-1/executor-1/going-blockmgr-1",
                "spark-1/executor-1/going-blockmgr-1/0a",
                "spark-1/executor-1/going-blockmgr-1/0a/shuffle_0_1_0.data"
            })
    void deletesNothingOutsideWhileAComponentIsSwapped(String swapped) throws Exception {
        Future<?> attack = attacker.submit(() -> swapUntilStopped(swapped));
        int deleted = 0;
        for (int round = 0; goesOn(round < ROUNDS || deleted == 0 || swaps.get() < SWAPS); round++) {
            // Made anew under another name and moved in, since the attacker is at work already.
            deleted += makeAndDelete("spark-1/executor-1/blockmgr-1") ? 1 : 0;
        }
        stop.set(true);
        attack.get(1, TimeUnit.MINUTES);
        localDirs.assertOutsideUntouched();
        // Else nobody has proved anything.
        assertThat(swaps.get()).isGreaterThanOrEqualTo(SWAPS);
        assertThat(deleted).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark-1",
                "spark-1/executor-1",
                "spark-1/executor-1/blockmgr-1",
                "spark-1/executor-1/blockmgr-1/0a"
            })
    void removesNoBlockOutsideWhileAComponentIsSwapped(String swapped) throws Exception {
        BlockFileRemover remover = new BlockFileRemover();
        LocalDir dir = localDirs.filledDir("spark-1/executor-1/blockmgr-1");
        Path precious = localDirs.outside.resolve("spark-1/executor-1/blockmgr-1/0a");
        for (int i = 0; i < ROUNDS; i++) {
            Files.createFile(dir.path().resolve("0a/rdd_1_" + i));
            Files.createFile(precious.resolve("rdd_1_" + i));
        }
        var before = DirContents.of(localDirs.outside);
        Future<?> attack = attacker.submit(() -> swapUntilStopped(swapped));
        while (swaps.get() == 0 && !attack.isDone()) {
            // All could be removed before a busy machine comes to the first swap.
            Thread.onSpinWait();
        }
        int removed = 0;
        while (goesOn(removed < ROUNDS || swaps.get() < SWAPS)) {
            try {
                // After the last one, those behind the link would still go.
                removed += remover.remove(dir, "0a", "rdd_1_" + removed % ROUNDS) ? 1 : 0;
            } catch (IOException e) {
                // Swapped just then.
            }
        }
        stop.set(true);
        attack.get(1, TimeUnit.MINUTES);
        assertThat(DirContents.of(localDirs.outside)).isEqualTo(before);
        assertThat(swaps.get()).isGreaterThanOrEqualTo(SWAPS);
        assertThat(removed).isEqualTo(ROUNDS);
    }

    @Test
    void opensNothingOutsideWhileANameIsSwapped() throws Exception {
        LocalDir dir = localDirs.filledDir("blockmgr-1");
        Object inside =
                Files.readAttributes(dir.path(), BasicFileAttributes.class).fileKey();
        Future<?> attack = attacker.submit(this::swapAtFullSpeedUntilStopped);
        int opened = 0;
        int tries = 0;
        for (; goesOn(tries < OPENINGS || opened == 0 || opened == tries); tries++) {
            try (SecureDirectoryStream<Path> open = SecureDirectories.open(localDirs.root, dir.path())) {
                BasicFileAttributeView view = open.getFileAttributeView(BasicFileAttributeView.class);
                assertThat(view.readAttributes().fileKey()).isEqualTo(inside);
                opened++;
            } catch (IOException e) {
                // A link, or nothing, just then.
            }
        }
        stop.set(true);
        attack.get(1, TimeUnit.MINUTES);
        assertThat(opened).isBetween(1, tries - 1);
    }

    /** Tells whether to go on; what is still unproved in the end fails. */
    private boolean goesOn(boolean unproved) {
        return unproved && System.nanoTime() - start < LONGEST_NANOS;
    }

    private boolean makeAndDelete(String path) throws IOException {
        LocalDir dir = localDirs.dir(path);
        try {
            Path made = temp.toRealPath().resolve("made");
            if (!Files.exists(made)) {
                LocalDirFixture.fill(Files.createDirectory(made));
            }
            Files.createDirectories(dir.path().getParent());
            Files.move(made, dir.path());
        } catch (IOException e) {
            // Swapped, or still there from the last round: then that is deleted.
        }
        try {
            LocalDirDeletion.mark(dir);
            LocalDirDeletion.size(dir, () -> false);
            LocalDirDeletion.delete(dir, () -> false, bytes -> {});
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Two renames for each swap, and nothing else: the kernel's look and its opening have little time in between. */
    private Void swapAtFullSpeedUntilStopped() throws IOException {
        Path place = Path.of("blockmgr-1");
        Path aside = Path.of("aside");
        Path link = Path.of("link");
        Files.createSymbolicLink(localDirs.root.resolve(link), localDirs.outside.resolve(place));
        try (SecureDirectoryStream<Path> root = SecureDirectories.open(localDirs.root, localDirs.root)) {
            while (!stop.get()) {
                root.move(place, root, aside);
                root.move(link, root, place);
                swaps.incrementAndGet();
                root.move(place, root, link);
                root.move(aside, root, place);
            }
        }
        return null;
    }

    private void swapUntilStopped(String swapped) {
        Path place = localDirs.root.resolve(swapped);
        Path aside = localDirs.root.resolve("aside");
        Path target = localDirs.outside.resolve(swapped);
        Path link = localDirs.root.resolve("link");
        while (!stop.get()) {
            try {
                Files.move(place, aside);
                Files.createSymbolicLink(link, target);
                Files.move(link, place);
                swaps.incrementAndGet();
                Thread.onSpinWait();
                Files.deleteIfExists(place);
                Files.move(aside, place);
            } catch (FileSystemException e) {
                undo(place, aside, link);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Back to where a swap can begin, whatever was deleted or made in between. */
    private static void undo(Path place, Path aside, Path link) {
        try {
            Files.deleteIfExists(link);
            if (Files.isSymbolicLink(place)) {
                Files.delete(place);
            }
            if (Files.exists(aside)) {
                Files.move(aside, place);
            }
        } catch (IOException e) {
            // Something new is in its place: the next attempt begins with that.
        }
    }
}
