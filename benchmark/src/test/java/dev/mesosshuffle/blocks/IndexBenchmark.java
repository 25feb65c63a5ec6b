package dev.mesosshuffle.blocks;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to find a block in its file: by an index that is in memory, by one that must be read first, and by one that stays on disk. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@State(Scope.Thread)
public class IndexBenchmark {
    private static final int MAPS = 100;
    private static final int BLOCK_BYTES = 10_240;

    /** How many reduce tasks there are, so how long an index is. */
    @Param({"200", "2000", "20000", "200000"})
    public int reduces;

    private Fixture fixture = Fixture.EMPTY;
    private int next;

    /** All that is made before the first measurement. */
    private record Fixture(
            Path folder,
            IndexCache cache,
            IndexCache onDisk,
            RegisteredExecutor executor,
            List<ShuffleBlockId> blocks) {
        private static final AppExecId EXECUTOR = new AppExecId("app-20200110224646-0023", "17");
        private static final Fixture EMPTY = new Fixture(
                Path.of(""),
                new IndexCache(0, () -> 0, new MetricRegistry()),
                new IndexCache(0, () -> 0, new MetricRegistry()),
                executorAt(Path.of("/")),
                List.of());

        private static RegisteredExecutor executorAt(Path folder) {
            Path dir = folder.resolve("blockmgr-1");
            return new RegisteredExecutor(
                    EXECUTOR,
                    new ExecutorShuffleInfo(List.of(dir.toString()), 64, "sort"),
                    List.of(new LocalDir(folder, dir)));
        }
    }

    @Setup
    public void writeIndexes() throws IOException {
        Path folder = Files.createTempDirectory("indexes");
        RegisteredExecutor executor = Fixture.executorAt(folder);
        IndexCache cache = new IndexCache(Long.MAX_VALUE, () -> 0, new MetricRegistry());
        // Keeps each index's ends, and no index whole.
        IndexCache onDisk = new IndexCache(MAPS * 1000, () -> 0, new MetricRegistry());
        ByteBuffer index = ByteBuffer.allocate((reduces + 1) * Long.BYTES);
        for (long reduce = 0; reduce <= reduces; reduce++) {
            index.putLong(reduce * BLOCK_BYTES);
        }
        List<ShuffleBlockId> blocks = new ArrayList<>();
        for (int map = 0; map < MAPS; map++) {
            ShuffleBlockId block = block(map);
            Path file = BlockFile.of(executor, block.indexFileName()).path();
            Files.createDirectories(file.getParent());
            Files.write(file, index.array());
            var unused = load(cache, executor, block);
            unused = load(onDisk, executor, block);
            blocks.add(block);
        }
        fixture = new Fixture(folder, cache, onDisk, executor, blocks);
    }

    private static MapOutput load(IndexCache cache, RegisteredExecutor executor, ShuffleBlockId block)
            throws IOException {
        return cache.load(executor, block, cache.observe(BlockFile.of(executor, block.dataFileName())), null);
    }

    private ShuffleBlockId block(int map) {
        return new ShuffleBlockId(0, map, map % reduces, map % reduces + 1);
    }

    @Benchmark
    public FileSegment inMemory() throws IOException {
        ShuffleBlockId block = fixture.blocks.get(next++ % MAPS);
        MapOutput output = fixture.cache.get(fixture.executor, block);
        if (output == null) {
            throw new IllegalStateException(block + " (expected: in the cache)");
        }
        return ((InMemoryIndex) output.index()).segment(output.data(), block);
    }

    @Benchmark
    public FileSegment read() throws IOException {
        ShuffleBlockId block = fixture.blocks.get(next++ % MAPS);
        MapOutput output = load(fixture.cache, fixture.executor, block);
        return ((InMemoryIndex) output.index()).segment(output.data(), block);
    }

    @Benchmark
    public FileSegment onDisk() throws IOException {
        ShuffleBlockId block = fixture.blocks.get(next++ % MAPS);
        MapOutput output = fixture.onDisk.get(fixture.executor, block);
        if (output == null) {
            throw new IllegalStateException(block + " (expected: in the cache)");
        }
        return ((OnDiskIndex) output.index()).segment(block);
    }

    @TearDown
    public void deleteIndexes() throws IOException {
        try (Stream<Path> tree = Files.walk(fixture.folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
