package dev.mesosshuffle.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.ShuffleBlockId;
import dev.mesosshuffle.testing.ShuffleFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A map task runs again, and its output has the same length and other boundaries: a reader gets the blocks of one attempt
 * or of the other, never bytes of one by the offsets of the other. With indexes in memory, and with indexes on disk.
 */
class RewrittenMapOutputTest {
    private static final long ALL_IN_MEMORY = 1 << 20;
    private static final long NONE_IN_MEMORY = 64 * 20;
    private static final byte[][] OLD = {{1, 1}, {2}, {3, 3, 3}};
    private static final byte[][] NEW = {{7, 7, 7}, {8, 8}, {9}};

    @TempDir
    private Path root;

    private final MetricRegistry metrics = new MetricRegistry();
    private final DiskExecutors diskExecutors = new DiskExecutors(1, 10, metrics);
    private final AtomicLong now = new AtomicLong();

    /** A year after anything is written: what is read was settled long ago. */
    private final AtomicLong wall = new AtomicLong(System.currentTimeMillis() + TimeUnit.DAYS.toMillis(365));

    private final DataFileCache files = new DataFileCache(10, diskExecutors, now::get, metrics);
    private TestExecutor executor;
    private TestExecutor attempt;

    @BeforeEach
    void writeFiles() throws IOException {
        executor = new TestExecutor(root, "1");
        attempt = new TestExecutor(root, "attempt");
        write(executor, OLD, 1000);
        write(attempt, NEW, 2000);
    }

    @AfterEach
    void close() {
        files.close();
        diskExecutors.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {ALL_IN_MEMORY, NONE_IN_MEMORY})
    void isServedByItsNewBoundariesOnceItsDataFileWasClosed(long cacheBytes) throws Exception {
        BlockResolver resolver = resolver(cacheBytes);
        assertThat(readAll(resolver)).isEqualTo(OLD);
        closeUnused();
        replace("data");
        replace("index");
        assertThat(readAll(resolver)).isEqualTo(NEW);
    }

    @ParameterizedTest
    @ValueSource(longs = {ALL_IN_MEMORY, NONE_IN_MEMORY})
    void isServedByItsNewBoundariesAlsoWhileItsDataFileIsOpen(long cacheBytes) throws Exception {
        BlockResolver resolver = resolver(cacheBytes);
        assertThat(readAll(resolver)).isEqualTo(OLD);
        replace("data");
        replace("index");
        assertThat(readAll(resolver)).isEqualTo(NEW);
    }

    @ParameterizedTest
    @ValueSource(longs = {ALL_IN_MEMORY, NONE_IN_MEMORY})
    void isServedByItsNewBoundariesAlsoIfItIsWrittenInPlace(long cacheBytes) throws Exception {
        BlockResolver resolver = resolver(cacheBytes);
        for (boolean open : new boolean[] {true, false}) {
            write(executor, OLD, 1000);
            assertThat(readAll(resolver)).isEqualTo(OLD);
            if (!open) {
                closeUnused();
            }
            write(executor, NEW, 2000);
            assertThat(readAll(resolver)).isEqualTo(NEW);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {ALL_IN_MEMORY, NONE_IN_MEMORY})
    void isNotServedWhileItsNewDataLiesBesideItsOldIndex(long cacheBytes) throws Exception {
        BlockResolver resolver = resolver(cacheBytes);
        assertThat(readAll(resolver)).isEqualTo(OLD);
        closeUnused();
        replace("data");
        for (int time = 0; time < 3; time++) {
            assertThatExceptionOfType(StaleIndexException.class).isThrownBy(() -> read(resolver, 0));
        }
        replace("index");
        assertThat(readAll(resolver)).isEqualTo(NEW);
    }

    @Test
    void isServedByItsOldBoundariesWhileItsOldDataIsThere() throws Exception {
        BlockResolver resolver = resolver(ALL_IN_MEMORY);
        assertThat(readAll(resolver)).isEqualTo(OLD);
        closeUnused();
        replace("index");
        assertThat(readAll(resolver)).isEqualTo(OLD);
        replace("data");
        assertThat(readAll(resolver)).isEqualTo(NEW);
    }

    @Test
    void isNotServedWhileItsDataIsNewerThanItsIndexSinceAShortWhile() throws Exception {
        replace("data");
        wall.set(changedMillis(file(executor, "data")) + 9_000);
        assertThatExceptionOfType(StaleIndexException.class)
                .isThrownBy(() -> read(resolver(ALL_IN_MEMORY), 0))
                .withMessageContaining("is newer than its index");
    }

    @Test
    void isServedIfItsFilesWereCopiedInAnotherOrderAWhileAgo() throws Exception {
        Files.setLastModifiedTime(file(executor, "data"), FileTime.fromMillis(5000));
        wall.set(changedMillis(file(executor, "data")) + 11_000);
        assertThat(readAll(resolver(ALL_IN_MEMORY))).isEqualTo(OLD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data", "index"})
    void isNotTakenTogetherFromBeforeAndAfterACommitThatDeletesFirst(String deletedFirst) throws Exception {
        // As Spark does: both are deleted, then both are renamed into place, the index first.
        BlockResolver resolver = resolver(ALL_IN_MEMORY);
        LocatedBlock looked = resolver.next(locate(resolver, 0));
        Files.delete(file(executor, deletedFirst));
        Files.delete(file(executor, deletedFirst.equals("data") ? "index" : "data"));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> resolver.next(looked));
        replace("index");
        LocatedBlock read = resolver.next(looked);
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> resolver.open(read));
        replace("data");
        assertThatExceptionOfType(StaleIndexException.class).isThrownBy(() -> resolver.open(read));
        assertThat(readAll(resolver)).isEqualTo(NEW);
    }

    @Test
    void isNotServedByAnIndexThatWasReadWhileThereWasNoData() throws Exception {
        BlockResolver resolver = resolver(ALL_IN_MEMORY);
        Path data = file(executor, "data");
        Path aside = Files.move(data, root.resolve("aside"));
        LocatedBlock read = resolver.next(resolver.next(locate(resolver, 0)));
        Files.move(aside, data);
        assertThatExceptionOfType(StaleIndexException.class).isThrownBy(() -> resolver.open(read));
        assertThat(readAll(resolver)).isEqualTo(OLD);
    }

    @ParameterizedTest
    @ValueSource(longs = {ALL_IN_MEMORY, NONE_IN_MEMORY})
    void isNotKeptIfItWasWrittenWithinTheSameTickOfTheClock(long cacheBytes) throws Exception {
        BlockResolver resolver = resolver(cacheBytes);
        wall.set(changedMillis(file(executor, "index")) + 5);
        Files.setLastModifiedTime(file(executor, "data"), FileTime.fromMillis(1000));
        assertThat(readAll(resolver)).isEqualTo(OLD);
        assertThat(files.size()).isZero();
        assertThat(metrics.counter("shuffleService.indexCache.hits").getCount()).isZero();
    }

    @Test
    void isKeptOnceTheClockHasTicked() throws Exception {
        BlockResolver resolver = resolver(ALL_IN_MEMORY);
        long written = changedMillis(file(executor, "index"));
        wall.set(written + 5_000);
        assertThat(readAll(resolver)).isEqualTo(OLD);
        assertThat(files.size()).isOne();
        assertThat(metrics.counter("shuffleService.indexCache.hits").getCount()).isEqualTo(OLD.length - 1);
    }

    @Test
    void isReadAgainAndServedIfOnlyItsModeChanged() throws Exception {
        BlockResolver resolver = resolver(ALL_IN_MEMORY);
        assertThat(readAll(resolver)).isEqualTo(OLD);
        closeUnused();
        assertThat(file(executor, "data").toFile().setExecutable(true)).isTrue();
        assertThat(readAll(resolver)).isEqualTo(OLD);
        assertThat(metrics.counter("shuffleService.indexCache.misses").getCount())
                .isEqualTo(2);
    }

    private static void write(TestExecutor executor, byte[][] blocks, long modifiedMillis) throws IOException {
        executor.files().writeMapOutput(0, 7, blocks);
        for (String kind : new String[] {"data", "index"}) {
            Files.setLastModifiedTime(file(executor, kind), FileTime.fromMillis(modifiedMillis));
        }
        // Spark writes the index last.
        Files.setLastModifiedTime(file(executor, "index"), FileTime.fromMillis(modifiedMillis + 1));
    }

    private static Path file(TestExecutor executor, String kind) {
        ShuffleFiles files = executor.files();
        return files.file("shuffle_0_7_0." + kind);
    }

    private void replace(String kind) throws IOException {
        Files.move(
                file(attempt, kind),
                file(executor, kind),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void closeUnused() {
        now.addAndGet(TimeUnit.SECONDS.toNanos(31));
    }

    private BlockResolver resolver(long cacheBytes) {
        return new BlockResolver(new IndexCache(cacheBytes, wall::get, metrics), files);
    }

    private byte[][] readAll(BlockResolver resolver) throws IOException {
        byte[][] blocks = new byte[OLD.length][];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = read(resolver, i);
        }
        return blocks;
    }

    /** Reads a block as a disk's thread does: what fails is forgotten, and tried a second time. */
    private byte[] read(BlockResolver resolver, int reduce) throws IOException {
        LocatedBlock block = locate(resolver, reduce);
        for (int attempt = 1; ; attempt++) {
            try {
                while (!resolver.isFound(block)) {
                    block = resolver.next(block);
                }
                return bytes(resolver, block);
            } catch (StaleIndexException e) {
                block = resolver.invalidate(block);
                if (attempt == 2) {
                    throw e;
                }
            }
        }
    }

    private static byte[] bytes(BlockResolver resolver, LocatedBlock block) throws IOException {
        try (OpenSegment segment = resolver.open(block)) {
            ByteBuffer bytes = ByteBuffer.allocateDirect((int) segment.length());
            segment.file().read(segment.offset(), bytes);
            byte[] read = new byte[bytes.capacity()];
            bytes.get(0, read);
            return read;
        }
    }

    private static long changedMillis(Path file) throws IOException {
        return TimeUnit.NANOSECONDS.toMillis(FileIdentity.of(file).changed());
    }

    private LocatedBlock locate(BlockResolver resolver, int reduce) {
        return resolver.locate(executor.registered(), id(reduce));
    }

    private static ShuffleBlockId id(int reduce) {
        return new ShuffleBlockId(0, 7, reduce, reduce + 1, false);
    }
}
