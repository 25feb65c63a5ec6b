package dev.mesosshuffle.fetch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static dev.mesosshuffle.fetch.FetchFixture.blockId;
import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.blocks.BlockFile;
import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.model.ShuffleBlockId;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.roots.RootMonitor;
import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In the test's thread, which stands for a disk's. */
class BlockReaderTest {
    private static final int STREAM = 5;
    private static final byte[] FIRST = block(100, 1);
    private static final byte[] SECOND = block(50, 2);

    @TempDir
    private Path temp;

    private final FakeConnection connection = new FakeConnection();
    private final LogCapture log = LogCapture.ofPackages(BlockReader.class);
    private final List<ChunkRead> retries = new ArrayList<>();
    private FetchFixture fixture;
    private FetchContext context;
    private RegisteredExecutor executor;

    @BeforeEach
    void writeFiles() throws Exception {
        fixture = new FetchFixture(temp);
        context = fixture.context(fixture.availableRoot());
        executor = fixture.register("app", "7");
        fixture.files(executor).writeMapOutput(0, 0, FIRST, SECOND);
    }

    @AfterEach
    void close() {
        log.close();
        connection.flush();
        fixture.close();
    }

    @Test
    void readsABatchInOrderAndCountsWhatItSends() {
        List<ChunkRead> batch = List.of(chunk(0), chunk(1));
        BlockReader reader = read(batch);
        assertThat(reader.processed()).isEqualTo(2);
        assertThat(retries).isEmpty();
        connection.flush();
        assertThat(connection.replies())
                .containsExactly(
                        encoded(Reply.chunk(STREAM, 0, 100), FIRST), encoded(Reply.chunk(STREAM, 1, 50), SECOND));
        assertThat(fixture.reads.chunksInFlight()).isZero();
        assertThat(sent("blockTransferRate")).isEqualTo(2);
        assertThat(sent("blockTransferMessageRate")).isEqualTo(2);
        assertThat(sent("blockTransferRateBytes")).isEqualTo(150);
    }

    @Test
    void countsEveryBlockOfABatchFetchButOneChunk() {
        read(List.of(chunk(executor, 0, new ShuffleBlockId(0, 0, 0, 2))));
        assertThat(sent("blockTransferRate")).isEqualTo(2);
        assertThat(sent("blockTransferMessageRate")).isEqualTo(1);
        assertThat(sent("blockTransferRateBytes")).isEqualTo(150);
    }

    @Test
    void leavesTheRestOfTheBatchWhenTheConnectionIsNotWritable() {
        connection.setWritable(false);
        BlockReader reader = read(List.of(chunk(0), chunk(1)));
        assertThat(reader.processed()).isEqualTo(1);
        assertThat(connection.queuedReplies()).isEqualTo(1);
        assertThat(fixture.reads.chunksInFlight()).isEqualTo(2);
    }

    @Test
    void pinsTheApplicationWhileItReads() {
        List<Boolean> pinned = new ArrayList<>();
        connection.setWritable(() -> pinned.add(fixture.reads.isRead("app")));
        read(List.of(chunk(0), chunk(1)));
        assertThat(pinned).containsExactly(true);
        assertThat(fixture.reads.isRead("app")).isFalse();
    }

    @Test
    void pinsOnlyTheApplicationOfTheCurrentBlock() throws Exception {
        RegisteredExecutor other = fixture.register("other", "7");
        fixture.files(other).writeMapOutput(0, 0, FIRST);
        List<String> pinned = new ArrayList<>();
        connection.setWritable(() -> pinned.add(fixture.reads.isRead("app") + " " + fixture.reads.isRead("other")));
        read(List.of(chunk(0), chunk(other, 0, blockId(0)), chunk(1)));
        assertThat(pinned).containsExactly("true false", "false true");
    }

    @Test
    void pinsTheApplicationOfABlockThatIsSentFromItsFileUntilItWasSent() {
        connection.setMaxBufferedBytes(99);
        read(List.of(chunk(0)));
        assertThat(fixture.reads.isRead("app")).isTrue();
        connection.flush();
        assertThat(fixture.reads.isRead("app")).isFalse();
        assertThat(connection.replies()).containsExactly(encoded(Reply.chunk(STREAM, 0, 100), FIRST));
    }

    @Test
    void unpinsTheApplicationOfABufferedBlockBeforeItWasSent() {
        connection.setMaxBufferedBytes(100);
        read(List.of(chunk(0)));
        assertThat(fixture.reads.isRead("app")).isFalse();
        assertThat(connection.queuedReplies()).isEqualTo(1);
    }

    @Test
    void failsABlockOfAnExecutorThatWasRemovedMeanwhile() {
        List<ChunkRead> batch = List.of(chunk(0));
        fixture.registry.remove("app");
        read(batch);
        assertOnlyReply(Reply.chunkFailed(STREAM, 0, ProtocolErrors.notRegistered(executor.id())));
        assertThat(sent("blockTransferMessageRate")).isZero();
    }

    @Test
    void findsTheBlockAgainIfItsExecutorRegisteredWithOtherDirsMeanwhile() throws Exception {
        List<ChunkRead> batch = List.of(chunk(0));
        RegisteredExecutor again = fixture.register("app", "7", "blockmgr-again");
        fixture.files(again).writeMapOutput(0, 0, SECOND);
        read(batch);
        connection.flush();
        assertThat(connection.replies()).containsExactly(encoded(Reply.chunk(STREAM, 0, 50), SECOND));
    }

    @Test
    void retriesAMissingFileOnceAndServesItIfItIsThereByThen() throws Exception {
        Path data = fixture.files(executor).file("shuffle_0_0_0.data");
        Path hidden = Files.move(data, data.resolveSibling("hidden"));
        ChunkRead task = chunk(0);
        read(List.of(task));
        assertThat(retries).containsExactly(task);
        assertThat(connection.queuedReplies()).isZero();

        Files.move(hidden, data);
        retries.clear();
        read(List.of(task));
        assertThat(retries).isEmpty();
        connection.flush();
        assertThat(connection.replies()).containsExactly(encoded(Reply.chunk(STREAM, 0, 100), FIRST));
        assertThat(fixture.count("failedBlocks")).isZero();
    }

    @Test
    void givesUpAfterTheSecondAttemptAndLogsIt() throws Exception {
        Files.delete(fixture.files(executor).file("shuffle_0_0_0.index"));
        ChunkRead task = chunk(0);
        read(List.of(task));
        retries.clear();
        read(List.of(task));
        assertThat(retries).isEmpty();
        Path index = fixture.files(executor).file("shuffle_0_0_0.index");
        assertOnlyReply(Reply.chunkFailed(
                STREAM, 0, ProtocolErrors.cannotRead(index.toString(), "NoSuchFileException: " + index)));
        assertThat(fixture.count("failedBlocks")).isEqualTo(1);
        assertThat(fixture.reads.chunksInFlight()).isZero();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .startsWith("WARN Block shuffle_0_0_0 of " + executor.id() + " requested by " + FakeConnection.ADDRESS
                        + " cannot be read: ");
    }

    @Test
    void continuesWithTheNextBlockAfterOneThatFails() throws Exception {
        fixture.files(executor).writeMapOutput(0, 1, SECOND);
        Files.delete(fixture.files(executor).file("shuffle_0_0_0.index"));
        ChunkRead failing = chunk(0);
        read(List.of(failing, chunk(executor, 1, new ShuffleBlockId(0, 1, 0, 1))));
        assertThat(retries).containsExactly(failing);
        connection.flush();
        assertThat(connection.replies()).containsExactly(encoded(Reply.chunk(STREAM, 1, 50), SECOND));
    }

    @Test
    void countsAReadErrorOfTheDiskForACorruptFileButNotForAMissingOne() throws Exception {
        String readErrors = "disk." + fixture.root + ".readErrors";
        read(List.of(chunk(executor, 0, new ShuffleBlockId(0, 9, 0, 1))));
        assertThat(fixture.count(readErrors)).isZero();

        fixture.files(executor).write("shuffle_0_0_0.index", new byte[7]);
        read(List.of(chunk(0)));
        assertThat(fixture.count(readErrors)).isEqualTo(1);
    }

    @Test
    void repliesThatTheRootIsUnavailableAndLogsNoLineForTheBlock() throws Exception {
        RootMonitor monitor = fixture.unavailableRoot();
        String reason = monitor.unavailabilityReason(fixture.root);
        context = new FetchContext(
                fixture.services,
                fixture.registry,
                monitor,
                context.metrics(),
                context.loadShedder(),
                context.blockFailures(),
                fixture.rateLimitedLogger);
        Path data = fixture.files(executor).file("shuffle_0_0_0.data");
        Files.delete(fixture.files(executor).file("shuffle_0_0_0.index"));
        Files.delete(data);
        ChunkRead task = chunk(0);
        read(List.of(task));
        read(List.of(task));
        Path index = fixture.files(executor).file("shuffle_0_0_0.index");
        assertOnlyReply(Reply.chunkFailed(
                STREAM,
                0,
                ProtocolErrors.cannotRead(
                        index.toString(),
                        "NoSuchFileException: " + index + "; its root " + fixture.root + " is unavailable: "
                                + reason)));
        assertThat(fixture.count("failedBlocks")).isEqualTo(1);
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void handsOnATaskWhoseNextStepBelongsOnAnotherDisk() throws Exception {
        RegisteredExecutor split = fixture.register(
                "app",
                "8",
                new LocalDir(fixture.root, fixture.root.resolve("blockmgr-8")),
                new LocalDir(fixture.otherRoot, fixture.otherRoot.resolve("blockmgr-8")),
                new LocalDir(fixture.otherRoot, fixture.otherRoot.resolve("blockmgr-9")));
        ShuffleBlockId id = dataOnRootAndIndexOnOther(split);
        fixture.files(split).writeMapOutput(0, id.mapId(), FIRST);

        ChunkRead task = chunk(split, 0, id);
        assertThat(task.disk()).isEqualTo(fixture.root);
        read(List.of(task));
        assertThat(retries).containsExactly(task);
        assertThat(task.disk()).isEqualTo(fixture.otherRoot);
        assertThat(connection.queuedReplies()).isZero();

        reader(fixture.otherRoot, List.of(task)).read(List.of(task), retries);
        assertThat(task.disk()).isEqualTo(fixture.root);
        read(List.of(task));
        connection.flush();
        assertThat(connection.replies()).containsExactly(encoded(Reply.chunk(STREAM, 0, 100), FIRST));
    }

    private static ShuffleBlockId dataOnRootAndIndexOnOther(RegisteredExecutor split) {
        for (long mapId = 0; mapId < 1000; mapId++) {
            ShuffleBlockId id = new ShuffleBlockId(0, mapId, 0, 1);
            Path dataRoot = BlockFile.of(split, id.dataFileName()).root();
            Path indexRoot = BlockFile.of(split, id.indexFileName()).root();
            if (dataRoot.endsWith("root") && indexRoot.endsWith("other")) {
                return id;
            }
        }
        throw new AssertionError("no map output is split over the disks");
    }

    private BlockReader read(List<ChunkRead> batch) {
        BlockReader reader = reader(fixture.root, batch);
        reader.read(batch, retries);
        return reader;
    }

    private BlockReader reader(Path disk, List<ChunkRead> batch) {
        BatchTiming timing = new BatchTiming(context, disk, connection, batch.get(0));
        return new BlockReader(context, disk, connection, timing);
    }

    private ChunkRead chunk(int reduceId) {
        return chunk(executor, reduceId, blockId(reduceId));
    }

    private ChunkRead chunk(RegisteredExecutor its, int index, BlockId id) {
        fixture.reads.chunkRequested();
        ChunkRead task =
                new ChunkRead(new Chunk(STREAM, index, its.id(), id), fixture.blockResolver.locate(its, id), null);
        task.requested(fixture.fetchClock.read());
        return task;
    }

    private void assertOnlyReply(Reply reply) {
        connection.flush();
        assertThat(connection.replies()).containsExactly(encoded(reply));
    }

    private long sent(String meter) {
        return fixture.metrics.meter("shuffleService." + meter).getCount();
    }
}
