package dev.mesosshuffle.fetch;

import static dev.mesosshuffle.fetch.FetchFixture.blockId;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.model.ShuffleBlockId;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a slow fetch says that its time went. The test's thread is the disk's and the event loop. */
class BatchTimingTest {
    private static final Duration THRESHOLD = Duration.ofSeconds(5);
    private static final byte[] BLOCK = {1, 2, 3};

    @TempDir
    private Path temp;

    private final FakeConnection connection = new FakeConnection();
    private final ManualTicker clock = new ManualTicker();
    private final LogCapture log = LogCapture.of(SlowFetches.class);
    private FetchFixture fixture;
    private RegisteredExecutor executor;

    @BeforeEach
    void writeFiles() throws Exception {
        fixture = new FetchFixture(temp);
        executor = fixture.register("app", "7");
        fixture.files(executor).writeMapOutput(0, 0, BLOCK, BLOCK);
    }

    @AfterEach
    void close() {
        log.close();
        fixture.close();
    }

    @Test
    void tellsEachStageOfASlowFetch() throws Exception {
        // Each look at the clock takes a second: one for the queue, one for each of two steps to the index, one to
        // open.
        AtomicLong seconds = new AtomicLong();
        FetchContext context = context(
                THRESHOLD, () -> Duration.ofSeconds(seconds.getAndIncrement()).toNanos());

        fetch(context, chunk(context, 0));

        assertThat(log.lines())
                .containsExactly("WARN A fetch took 9.000 s: 1 blocks (3 B) from disk " + fixture.root + " for "
                        + FakeConnection.ADDRESS + ", the first of " + executor.id()
                        + ". Queue 1.000 s, index 2.000 s, open 1.000 s, read 4.000 s, wait for the client 1.000 s.");
    }

    @Test
    void looksAtTheClockOncePerStageOfABatchWhoseFilesAreKnown() throws Exception {
        fixture.wallAheadMillis = 60_000;
        AtomicLong looks = new AtomicLong();
        FetchContext context = context(THRESHOLD, looks::getAndIncrement);
        fetch(context, chunk(context, 0));
        looks.set(0);

        fetch(context, chunk(context, 0), chunk(context, 1), chunk(context, 0), chunk(context, 1));

        assertThat(looks).hasValue(4 + 3);
    }

    @ParameterizedTest
    @CsvSource({"PT5S, PT4.999999999S", "PT0S, PT24H"})
    void saysNothingOfAFastFetchOrIfItIsOff(Duration threshold, Duration queued) throws Exception {
        FetchContext context = context(threshold, clock);
        ChunkRead task = chunk(context, 0);
        clock.pass(queued);

        fetch(context, task);

        assertThat(log.lines()).isEmpty();
    }

    @Test
    void warnsOfALongQueue() throws Exception {
        FetchContext context = context(THRESHOLD, clock);
        ChunkRead task = chunk(context, 0);
        clock.pass(THRESHOLD);

        fetch(context, task);

        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN")
                .contains("Queue 5.000 s", "client 0.000 s");
    }

    @Test
    void doesNotWarnOfASlowClient() throws Exception {
        FetchContext context = context(THRESHOLD, clock);
        read(context, List.of(chunk(context, 0)));
        clock.pass(Duration.ofSeconds(7));

        connection.flush();

        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("INFO")
                .contains("Queue 0.000 s", "read 0.000 s", "wait for the client 7.000 s");
    }

    @Test
    void tellsWaitingForEarlierBlocksOfTheClientFromTheQueue() throws Exception {
        FetchContext context = context(THRESHOLD, clock);
        ChunkRead task = chunk(context, 0);
        task.queued(Duration.ofSeconds(1).toNanos());
        task.taken(Duration.ofSeconds(5).toNanos());
        clock.pass(Duration.ofSeconds(6));

        fetch(context, task);

        assertThat(log.lines()).singleElement().asString().contains("Queue 2.000 s", "wait for the client 4.000 s");
    }

    @Test
    void keepsTheTimesThatItsFirstChunkHadWhenTheBatchBegan() throws Exception {
        FetchContext context = context(THRESHOLD, clock);
        ChunkRead task = chunk(context, 0);
        clock.pass(Duration.ofSeconds(6));
        BatchTiming timing = new BatchTiming(context, fixture.root, connection, task);
        timing.readEnded(1, 1, 3);
        task.requested(context.services().slowFetches().now());
        task.taken(Duration.ofSeconds(3).toNanos());

        timing.onFinished(1);

        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("took 6.000 s", "Queue 6.000 s", "wait for the client 0.000 s");
    }

    @Test
    void tellsTheStagesOfAnEarlierAttempt() throws Exception {
        // Each look at the clock takes a second. The first attempt finds no index.
        AtomicLong seconds = new AtomicLong();
        FetchContext context = context(
                THRESHOLD, () -> Duration.ofSeconds(seconds.getAndIncrement()).toNanos());
        Path index = fixture.files(executor).file("shuffle_0_0_0.index");
        byte[] contents = Files.readAllBytes(index);
        Files.delete(index);
        ChunkRead task = chunk(context, 0);
        assertThat(read(context, List.of(task))).containsExactly(task);
        assertThat(log.lines()).isEmpty();
        Files.write(index, contents);

        fetch(context, task);

        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("Queue 2.000 s, index 4.000 s, open 1.000 s, read 7.000 s, wait for the client 1.000 s.");
    }

    @Test
    void countsTheBlocksOfTheChunksThatWereSent() throws Exception {
        FetchContext context = context(THRESHOLD, clock);
        ChunkRead both = chunk(context, new ShuffleBlockId(0, 0, 0, 2));
        clock.pass(THRESHOLD);
        connection.setWritable(false);

        fetch(context, both, chunk(context, 0), chunk(context, 1));

        assertThat(log.lines()).singleElement().asString().contains(": 2 blocks (6 B)");
    }

    @Test
    void tellsReadingTheRestOfALargeBlockFromItsClient() throws Exception {
        FetchContext context = context(THRESHOLD, clock);
        BatchTiming timing = new BatchTiming(context, fixture.root, connection, chunk(context, 0));
        timing.readEnded(1, 1, 3);
        clock.pass(Duration.ofSeconds(7));
        timing.onDiskWait(Duration.ofSeconds(6).toNanos());

        timing.onFinished(1);

        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN")
                .contains("read 6.000 s, wait for the client 1.000 s");
    }

    @Test
    void endsWithTheLastReplyThoughOthersLeftWhileTheBatchWasRead() throws Exception {
        FetchContext context = context(THRESHOLD, clock);
        BatchTiming timing = new BatchTiming(context, fixture.root, connection, chunk(context, 0));
        chunk(context, 1);
        timing.onFinished(1);
        clock.pass(Duration.ofSeconds(6));
        timing.readEnded(2, 2, 6);
        assertThat(log.lines()).isEmpty();

        timing.onFinished(1);

        assertThat(log.lines()).hasSize(1);
        assertThat(fixture.reads.chunksInFlight()).isZero();
    }

    private FetchContext context(Duration threshold, Ticker ticker) throws Exception {
        SlowFetches slowFetches = new SlowFetches(threshold, ticker, new RateLimitedLogger(clock));
        FetchContext whole = fixture.context(fixture.availableRoot());
        FetchServices services = whole.services();
        return new FetchContext(
                new FetchServices(
                        services.blockResolver(),
                        services.diskExecutors(),
                        services.reads(),
                        services.maxChunksInFlight(),
                        services.streams(),
                        slowFetches),
                whole.registry(),
                whole.rootMonitor(),
                whole.metrics(),
                whole.loadShedder(),
                whole.blockFailures(),
                whole.rateLimitedLogger());
    }

    /** Requested now. */
    private ChunkRead chunk(FetchContext context, int reduceId) {
        return chunk(context, blockId(reduceId));
    }

    private ChunkRead chunk(FetchContext context, BlockId id) {
        fixture.reads.chunkRequested();
        ChunkRead task =
                new ChunkRead(new Chunk(1, 0, executor.id(), id), fixture.blockResolver.locate(executor, id), null);
        task.requested(context.services().slowFetches().now());
        return task;
    }

    private void fetch(FetchContext context, ChunkRead... tasks) {
        read(context, List.of(tasks));
        connection.flush();
    }

    /** Returns what deserves another attempt. */
    private List<ChunkRead> read(FetchContext context, List<ChunkRead> tasks) {
        List<ChunkRead> retries = new ArrayList<>();
        BatchTiming timing = new BatchTiming(context, fixture.root, connection, tasks.get(0));
        new BlockReader(context, fixture.root, connection, timing).read(tasks, retries);
        return retries;
    }
}
