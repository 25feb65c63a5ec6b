package dev.mesosshuffle.blocks;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFileCacheTest {
    @TempDir
    private Path root;

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final MetricRegistry metrics = new MetricRegistry();
    private final DiskExecutors diskExecutors = new DiskExecutors(1, 10, metrics);
    private final DataFileCache files = new DataFileCache(2, diskExecutors, now::get, metrics);
    private TestExecutor executor;

    @BeforeEach
    void writeFiles() throws Exception {
        executor = new TestExecutor(root, "1");
        for (int map = 0; map < 4; map++) {
            executor.files().writeMapOutput(0, map, block(100, map));
        }
    }

    @AfterEach
    void close() {
        files.close();
        diskExecutors.close();
    }

    @Test
    void opensAFileOnceForAllItsReaders() throws Exception {
        MapOutput output = output(0);
        RefCountedFile first = files.open(output, true);
        RefCountedFile second = files.open(output, true);
        assertThat(second).isSameAs(first);
        assertThat(counter("hits")).isOne();
        assertThat(counter("misses")).isOne();
        first.release();
        second.release();
        assertThat(isOpen(first)).isTrue();
    }

    @Test
    void readsInTheTurnsOfItsClient() throws Exception {
        RefCountedFile file = files.open(output(0), true);
        CountDownLatch blocked = new CountDownLatch(1);
        List<Object> order = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch done = new CountDownLatch(4);
        diskExecutors.execute(output(0).data().root(), "other", () -> awaitUninterruptibly(blocked));
        for (String client : List.of("a", "a", "a", "b")) {
            file.readAsync(client, 0, ByteBuffer.allocateDirect(100), failure -> {
                order.add(failure == null ? client : failure);
                done.countDown();
            });
        }
        blocked.countDown();
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(order).containsExactly("a", "b", "a", "a");
        file.release();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void closesAFileThatNobodyReadsAnyMoreAfterAWhile() throws Exception {
        MapOutput output = output(0);
        RefCountedFile file = files.open(output, true);
        file.release();
        advance(29);
        assertThat(isOpen(file)).isTrue();
        advance(2);
        files.open(output(1), true).release();
        assertThat(isOpen(file)).isFalse();
    }

    @Test
    void keepsAFileOpenForItsReaderWhenItLeavesTheCache() throws Exception {
        RefCountedFile file = files.open(output(0), true);
        files.invalidateAll(executor.registered().dirs());
        assertThat(isOpen(file)).isTrue();
        file.release();
        assertThat(isOpen(file)).isFalse();
    }

    @Test
    void closesTheFilesOfAnApplicationThatIsOverAndNoOthers() throws Exception {
        TestExecutor other = new TestExecutor(root, "2");
        other.files().writeMapOutput(0, 0, block(100, 0));
        RefCountedFile gone = files.open(output(0), true);
        RefCountedFile kept = files.open(outputOf(other, 0), true);
        gone.release();
        kept.release();
        files.invalidateAll(executor.registered().dirs());
        assertThat(isOpen(gone)).isFalse();
        assertThat(isOpen(kept)).isTrue();
    }

    @Test
    void keepsNoMoreFilesOpenThanItMay() throws Exception {
        RefCountedFile[] opened = new RefCountedFile[4];
        for (int map = 0; map < 4; map++) {
            opened[map] = files.open(output(map), true);
            opened[map].release();
        }
        assertThat(opened).filteredOn(DataFileCacheTest::isOpen).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void noticesWithinASecondThatAFileWasReplaced() throws Exception {
        MapOutput output = output(0);
        files.open(output, true).release();
        Path data = executor.files().file("shuffle_0_0_0.data");
        Path replacement = Files.write(root.resolve("replacement"), block(100, 9));
        Files.move(replacement, data, StandardCopyOption.ATOMIC_MOVE);
        files.open(output, true).release();
        advance(1);
        assertThatExceptionOfType(StaleIndexException.class)
                .isThrownBy(() -> files.open(output, true))
                .withMessageEndingWith("was replaced since it was opened");
    }

    @Test
    void noticesWithinTenSecondsThatADirectoryAboveWasMovedAway() throws Exception {
        MapOutput output = output(0);
        files.open(output, true).release();
        Path data = executor.files().file("shuffle_0_0_0.data");
        Files.move(Objects.requireNonNull(data.getParent()), root.resolve("aside"));
        advance(9);
        files.open(output, true).release();
        advance(1);
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> files.open(output, true));
    }

    @Test
    void noticesAtOnceThatAFileWasReplacedThatMayBe() throws Exception {
        MapOutput output = output(0);
        files.open(output, false).release();
        Path data = executor.files().file("shuffle_0_0_0.data");
        Path replacement = Files.write(root.resolve("replacement"), block(100, 9));
        Files.move(replacement, data, StandardCopyOption.ATOMIC_MOVE);
        assertThatExceptionOfType(StaleIndexException.class).isThrownBy(() -> files.open(output, false));
    }

    @Test
    void goesOnWithAFileThatIsStillThere() throws Exception {
        MapOutput output = output(0);
        RefCountedFile file = files.open(output, true);
        file.release();
        advance(1);
        assertThat(files.open(output, true)).isSameAs(file);
        file.release();
        assertThat(counter("misses")).isOne();
    }

    @Test
    void leavesNothingOfAClosedFileWithItsIndex() throws Exception {
        MapOutput output = output(0);
        files.open(output, true).release();
        assertThat(output.cachedFile()).isNotNull();
        advance(31);
        files.open(output(1), true).release();
        assertThat(output.cachedFile()).isNull();
        files.open(output, true).release();
        files.invalidateAll(executor.registered().dirs());
        assertThat(output.cachedFile()).isNull();
    }

    @Test
    void keepsAFileOpenThatIsAskedForAllTheTime() throws Exception {
        MapOutput output = output(0);
        RefCountedFile file = files.open(output, true);
        file.release();
        for (int second = 0; second < 60; second++) {
            files.open(output, true).release();
            advance(1);
            files.open(output, true).release();
        }
        files.open(output(1), true).release();
        assertThat(isOpen(file)).isTrue();
    }

    @Test
    void noticesWithinASecondThatAFileIsGone() throws Exception {
        MapOutput output = output(0);
        files.open(output, true).release();
        Files.delete(executor.files().file("shuffle_0_0_0.data"));
        advance(1);
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> files.open(output, true));
    }

    @Test
    void doesNotTakeAFileWhoseLengthIsNotWhatTheIndexSays() throws Exception {
        MapOutput output = output(0);
        executor.files().write("shuffle_0_0_0.data", block(99, 0));
        assertThatExceptionOfType(StaleIndexException.class)
                .isThrownBy(() -> files.open(output, true))
                .withMessageEndingWith("99 bytes (expected: 100, as its index says)");
        assertThat(files.size()).isZero();
    }

    @Test
    void sharesNoFileThatMayBeWrittenAnewAtAnyTime() throws Exception {
        executor.files().write("rdd_0_0", block(10, 0));
        BlockFile place = BlockFile.of(executor.registered(), "rdd_0_0");
        RefCountedFile first = files.openUncached(place);
        RefCountedFile second = files.openUncached(place);
        assertThat(second).isNotSameAs(first);
        first.release();
        assertThat(isOpen(first)).isFalse();
        assertThat(isOpen(second)).isTrue();
        second.release();
    }

    /** Whether it can be read; a descriptor that was closed cannot. */
    private static boolean isOpen(RefCountedFile file) {
        try {
            file.read(0, ByteBuffer.allocateDirect(1));
            return true;
        } catch (IOException e) {
            assertThat(e).hasMessage("Bad file descriptor");
            return false;
        }
    }

    private void advance(int seconds) {
        now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private long counter(String name) {
        return metrics.counter("shuffleService.fileCache." + name).getCount();
    }

    private MapOutput output(int map) throws Exception {
        return outputOf(executor, map);
    }

    private MapOutput outputOf(TestExecutor of, int map) throws Exception {
        return of.load(new IndexCache(1 << 20, () -> 0, metrics), new ShuffleBlockId(0, map, 0, 1));
    }
}
