package dev.mesosshuffle.fetch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static dev.mesosshuffle.fetch.FetchFixture.blockId;
import static dev.mesosshuffle.fetch.FetchFixture.blockIds;
import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.testing.LogCapture;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The test's thread is the event loop; disks have threads of their own. */
class FetchQueueTest {
    private static final int STREAM = 5;

    @TempDir
    private Path temp;

    private final FakeConnection connection = new FakeConnection();
    private final ConnectionStreams streams = new ConnectionStreams(17, FetchFixture.unlimited());
    private final LogCapture log = LogCapture.ofPackages(ChunkBatch.class);
    private FetchFixture fixture;
    private RegisteredExecutor executor;
    private StreamRequestQueue streamRequests;
    private FetchQueue queue;

    @BeforeEach
    void writeFiles() throws Exception {
        fixture = new FetchFixture(temp);
        executor = fixture.register("app", "7");
        fixture.files(executor).writeMapOutput(0, 0, blocks(70));
        streamRequests = new StreamRequestQueue(
                connection, new ChunkResolver(streams, fixture.registry, fixture.blockResolver), fixture.reads);
        queue = new FetchQueue(connection, streamRequests, fixture.context(fixture.availableRoot()));
    }

    @AfterEach
    void close() {
        log.close();
        fixture.close();
    }

    @Test
    void readsNothingBeforeItIsScheduled() throws Exception {
        add(0);
        assertThat(diskTasks(fixture.root)).isZero();
        queue.schedule();
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(chunk(0));
        assertThat(fixture.reads.chunksInFlight()).isZero();
        assertThat(connection.hasTask()).isFalse();
    }

    @Test
    void readsNothingWhileTheConnectionIsNotWritableAndResumesAfterwards() throws Exception {
        fixture.hangDisk(FetchFixture.DISK_QUEUE);
        connection.setWritable(false);
        add(0);
        queue.schedule();
        assertThat(diskTasks(fixture.root)).isZero();

        connection.setWritable(true);
        queue.schedule();
        assertThat(diskTasks(fixture.root)).isEqualTo(1);
        fixture.releaseDisk();
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(chunk(0));
    }

    @Test
    void aChunkThatArrivesWhileOthersWaitForTheClientWaitsFromThenOn() throws Exception {
        connection.setWritable(false);
        ChunkRead first = add(0);
        queue.schedule();
        fixture.fetchClock.pass(Duration.ofSeconds(10));
        ChunkRead late = add(1);
        queue.schedule();
        fixture.fetchClock.pass(Duration.ofSeconds(6));

        connection.setWritable(true);
        queue.schedule();
        connection.runNextTask();

        assertThat(Duration.ofNanos(first.clientWaitNanos())).hasSeconds(16);
        assertThat(Duration.ofNanos(late.clientWaitNanos())).hasSeconds(6);
    }

    @Test
    void keepsTheRestOfABatchInOrderWhenTheConnectionStopsBeingWritable() throws Exception {
        add(0);
        add(1);
        add(2);
        // Writable when the batch starts, and no longer when its first block was read.
        int[] checks = {0};
        connection.setWritable(() -> checks[0]++ == 0);
        queue.schedule();
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(chunk(0));
        assertThat(connection.hasTask()).isFalse();
        assertThat(fixture.reads.chunksInFlight()).isEqualTo(2);

        connection.setWritable(true);
        queue.schedule();
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(chunk(1), chunk(2));
    }

    @Test
    void readsABatchOfLimitedSizeAndThenTheNext() throws Exception {
        for (int i = 0; i < FetchQueue.MAX_BATCH + 1; i++) {
            add(i);
        }
        queue.schedule();
        connection.runNextTask();
        assertThat(connection.replies()).hasSize(FetchQueue.MAX_BATCH);
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(chunk(FetchQueue.MAX_BATCH));
    }

    @Test
    void hasOneBatchOfADiskAtATime() throws Exception {
        fixture.hangDisk(FetchFixture.DISK_QUEUE);
        add(0);
        queue.schedule();
        add(1);
        queue.schedule();
        assertThat(diskTasks(fixture.root)).isEqualTo(1);
        fixture.releaseDisk();
        connection.runNextTask();
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(chunk(0), chunk(1));
    }

    @Test
    void readsFromOneDiskWhileAnotherHangs() throws Exception {
        RegisteredExecutor other =
                fixture.register("app", "8", new LocalDir(fixture.otherRoot, fixture.otherRoot.resolve("blockmgr-8")));
        fixture.files(other).writeMapOutput(0, 0, block(10, 42));
        fixture.hangDisk(FetchFixture.DISK_QUEUE);
        add(0);
        add(other, 1, blockId(0));
        queue.schedule();
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(encoded(Reply.chunk(STREAM, 1, 10), block(10, 42)));
        fixture.releaseDisk();
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(chunk(0));
    }

    @Test
    void closesTheConnectionWhenTheQueueOfTheDiskIsFull() {
        fixture.hangDisk(0);
        add(0);
        add(1);
        queue.schedule();
        assertThat(connection.isClosed()).isTrue();
        assertThat(fixture.reads.chunksInFlight()).isZero();
        assertThat(fixture.count("shedConnections")).isEqualTo(1);
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN Disk " + fixture.root + " cannot be read from: too many reads wait for it");
    }

    @Test
    void retriesAReadOnceAndThenReportsTheFailure() throws Exception {
        Files.delete(fixture.files(executor).file("shuffle_0_0_0.index"));
        add(0);
        queue.schedule();
        connection.runNextTask();
        assertThat(connection.replies()).isEmpty();
        assertThat(fixture.reads.chunksInFlight()).isEqualTo(1);
        connection.runNextTask();
        assertThat(connection.replies()).hasSize(1);
        assertThat(fixture.reads.chunksInFlight()).isZero();
        assertThat(fixture.count("failedBlocks")).isEqualTo(1);
        assertThat(connection.isClosed()).isFalse();
    }

    @Test
    void closesTheConnectionAfterAnUnexpectedFailureAndLogsIt() throws Exception {
        connection.exhaustMemory();
        add(0);
        add(1);
        queue.schedule();
        connection.runNextTask();
        assertThat(connection.isClosed()).isTrue();
        // The server closes the session in turn.
        queue.close();
        connection.runNextTask();
        assertThat(connection.replies()).isEmpty();
        assertThat(fixture.reads.chunksInFlight()).isZero();
        assertThat(fixture.reads.isRead("app")).isFalse();
        assertThat(log.lines())
                .containsExactly(
                        "ERROR Closed the connection from " + FakeConnection.ADDRESS + ": a block could not be read");
    }

    @Test
    void closesTheConnectionOfABatchForWhichThereIsNotEvenMemoryToBegin() throws Exception {
        connection.exhaustBatches();
        add(0);
        queue.schedule();
        queue.close();
        connection.runNextTask();
        assertThat(connection.isClosed()).isTrue();
        assertThat(fixture.reads.chunksInFlight()).isZero();
    }

    @Test
    void readsStreamRequestsOneByOneInTheirOrder() throws Exception {
        streams.open(executor.id(), blockIds(3));
        addStream("17_0");
        addStream("17_1");
        addStream("17_2");
        queue.schedule();
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(stream(0));
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(stream(1));
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(stream(2));
    }

    @Test
    void retriesAStreamRequestBeforeItStartsTheNext() throws Exception {
        fixture.files(executor).writeMapOutput(0, 0, blocks(2));
        RegisteredExecutor empty = fixture.register("app", "8");
        streams.open(empty.id(), blockIds(1));
        streams.open(executor.id(), blockIds(1));
        addStream("17_0");
        addStream("18_0");
        queue.schedule();
        connection.runNextTask();
        assertThat(connection.replies()).isEmpty();
        connection.runNextTask();
        assertThat(connection.replies()).singleElement().asString().contains(hex("17_0"), hex("Failed to open file"));
        connection.runNextTask();
        assertThat(connection.replies()).containsExactly(encoded(Reply.stream("18_0", 10), block(10, 0)));
    }

    @Test
    void dropsEverythingThatHasNotStartedWhenItCloses() {
        fixture.hangDisk(FetchFixture.DISK_QUEUE);
        streams.open(executor.id(), blockIds(1));
        add(0);
        addStream("17_0");
        queue.close();
        assertThat(fixture.reads.chunksInFlight()).isZero();
        queue.schedule();
        assertThat(diskTasks(fixture.root)).isZero();
        assertThat(connection.replies()).isEmpty();
    }

    @Test
    void dropsTheRestOfABatchThatRanWhenItClosed() throws Exception {
        fixture.hangDisk(FetchFixture.DISK_QUEUE);
        int[] checks = {0};
        connection.setWritable(() -> checks[0]++ == 0);
        add(0);
        add(1);
        queue.schedule();
        queue.close();
        assertThat(fixture.reads.chunksInFlight()).isEqualTo(2);
        fixture.releaseDisk();
        connection.runNextTask();
        assertThat(fixture.reads.chunksInFlight()).isZero();
        assertThat(connection.hasTask()).isFalse();
    }

    private ChunkRead add(int reduceId) {
        return add(executor, reduceId, blockId(reduceId));
    }

    private ChunkRead add(RegisteredExecutor its, int index, BlockId id) {
        fixture.reads.chunkRequested();
        ChunkRead task =
                new ChunkRead(new Chunk(STREAM, index, its.id(), id), fixture.blockResolver.locate(its, id), null);
        queue.add(task);
        return task;
    }

    private void addStream(String name) {
        fixture.reads.chunkRequested();
        streamRequests.add(name);
    }

    private int diskTasks(Path root) {
        Gauge<?> gauge = fixture.metrics.getGauges().get("shuffleService.disk." + root + ".queue");
        return gauge == null ? 0 : (Integer) Objects.requireNonNull(gauge.getValue());
    }

    private static String chunk(int reduceId) {
        return encoded(Reply.chunk(STREAM, reduceId, 10), block(10, reduceId));
    }

    private static String stream(int reduceId) {
        return encoded(Reply.stream("17_" + reduceId, 10), block(10, reduceId));
    }

    private static String hex(String text) {
        return ByteBufUtil.hexDump(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[][] blocks(int count) {
        return IntStream.range(0, count).mapToObj(i -> block(10, i)).toArray(byte[][]::new);
    }
}
