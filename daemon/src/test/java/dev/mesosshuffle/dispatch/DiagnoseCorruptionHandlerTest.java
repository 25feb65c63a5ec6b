package dev.mesosshuffle.dispatch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.blocks.BlockFile;
import dev.mesosshuffle.concurrent.ClientDiskExecutor;
import dev.mesosshuffle.fetch.FetchFixture;
import dev.mesosshuffle.model.CorruptionCause;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.model.ShuffleBlockId;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.testing.ManualTicker;
import dev.mesosshuffle.testing.ScarceLog;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnoseCorruptionHandlerTest {
    private static final byte[] BLOCK = block(100, 1);

    private static final ClientDiskExecutor DIRECT = (root, client, task) -> task.run();

    @TempDir
    private Path temp;

    private final ManualTicker ticker = new ManualTicker();
    private final FakeCaller caller = new FakeCaller();
    private FetchFixture fixture;
    private RegisteredExecutor executor;

    @BeforeEach
    void writeFiles() throws Exception {
        fixture = new FetchFixture(temp);
        executor = fixture.register("app", "7");
        fixture.files(executor).writeMapOutput(0, 0, BLOCK);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void reportsACleanBlockIfAllChecksumsAgree() throws Exception {
        diagnose(executor, checksum(BLOCK), "CRC32", DIRECT);
        assertCause(CorruptionCause.CHECKSUM_VERIFY_PASS);
    }

    @Test
    void reportsTheNetworkIfOnlyTheReaderSawAnotherChecksum() throws Exception {
        diagnose(executor, checksum(BLOCK) + 1, "CRC32", DIRECT);
        assertCause(CorruptionCause.NETWORK_ISSUE);
    }

    @Test
    void reportsTheDiskIfTheDataChanged() throws Exception {
        byte[] corrupt = BLOCK.clone();
        corrupt[50]++;
        fixture.files(executor).corrupt("shuffle_0_0_0.data", corrupt);
        diagnose(executor, checksum(corrupt), "CRC32", DIRECT);
        assertCause(CorruptionCause.DISK_ISSUE);
    }

    @Test
    void reportsAnAlgorithmThatItDoesNotKnow() throws Exception {
        diagnose(executor, checksum(BLOCK), "MD5", DIRECT);
        assertCause(CorruptionCause.UNSUPPORTED_CHECKSUM_ALGORITHM);
    }

    @Test
    void reportsAnUnknownCauseForAnExecutorThatIsNotRegistered() throws Exception {
        diagnose(null, checksum(BLOCK), "CRC32", (root, client, task) -> {
            throw new AssertionError("nothing to diagnose");
        });
        assertCause(CorruptionCause.UNKNOWN_ISSUE);
    }

    @Test
    void reportsAnUnknownCauseWhenTooManyDiagnosesWait() throws Exception {
        diagnose(executor, checksum(BLOCK), "CRC32", (root, client, task) -> {
            throw new RejectedExecutionException("full");
        });
        assertCause(CorruptionCause.UNKNOWN_ISSUE);
    }

    @Test
    void reportsAnUnknownCauseIfAFileIsInvalid() throws Exception {
        fixture.files(executor).write("shuffle_0_0_0.index", new byte[7]);
        diagnose(executor, checksum(BLOCK), "CRC32", DIRECT);
        assertCause(CorruptionCause.UNKNOWN_ISSUE);
    }

    @Test
    void diagnosesInTheBackground() throws Exception {
        Queue<Runnable> tasks = new ArrayDeque<>();
        diagnose(executor, checksum(BLOCK), "CRC32", (root, client, task) -> tasks.add(task));
        assertThat(caller.hasReply()).isFalse();
        tasks.remove().run();
        assertCause(CorruptionCause.CHECKSUM_VERIFY_PASS);
    }

    /** With dirs on several disks, the names of a block's three files choose between them. */
    @Test
    void readsEachFileOnItsOwnDisk() throws Exception {
        List<LocalDir> dirs = new ArrayList<>();
        for (String disk : List.of("one", "two", "three")) {
            Path root = Files.createDirectory(temp.toRealPath().resolve(disk));
            dirs.add(new LocalDir(root, root.resolve("blockmgr-1")));
        }
        executor = fixture.register("app", "8", dirs.toArray(LocalDir[]::new));
        fixture.files(executor).writeMapOutput(0, 0, BLOCK);
        List<Path> disks = new ArrayList<>();
        Queue<Runnable> tasks = new ArrayDeque<>();
        diagnose(executor, checksum(BLOCK), "CRC32", (root, client, task) -> {
            disks.add(root);
            tasks.add(task);
        });
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        assertCause(CorruptionCause.CHECKSUM_VERIFY_PASS);
        ShuffleBlockId block = FetchFixture.blockId(0);
        List<Path> expected = new ArrayList<>();
        // The data is looked at before and after the index, and the checksums at last.
        for (String name : List.of(
                block.checksumFileName("CRC32"),
                block.dataFileName(),
                block.indexFileName(),
                block.dataFileName(),
                block.checksumFileName("CRC32"))) {
            Path root = BlockFile.of(executor, name).root();
            if (expected.isEmpty() || !expected.get(expected.size() - 1).equals(root)) {
                expected.add(root);
            }
        }
        assertThat(expected).hasSizeGreaterThan(1);
        assertThat(disks).isEqualTo(expected);
    }

    @Test
    void readsALongBlockInTurns() throws Exception {
        Queue<Runnable> tasks = new ArrayDeque<>();
        byte[] block = writeLongBlock();
        diagnose(executor, checksum(block), "CRC32", (root, client, task) -> tasks.add(task));
        tasks.remove().run();
        assertThat(caller.hasReply()).isFalse();
        tasks.remove().run();
        assertCause(CorruptionCause.CHECKSUM_VERIFY_PASS);
        assertThat(tasks).isEmpty();
        assertThat(caller.longRequestTurns.inProgress()).isZero();
    }

    @Test
    void readsNoFurtherWhenItsClientHasGone() throws Exception {
        Queue<Runnable> tasks = new ArrayDeque<>();
        byte[] block = writeLongBlock();
        diagnose(executor, checksum(block), "CRC32", (root, client, task) -> tasks.add(task));
        tasks.remove().run();
        caller.leave();
        tasks.remove().run();
        assertThat(tasks).isEmpty();
        assertCause(CorruptionCause.UNKNOWN_ISSUE);
        assertThat(caller.longRequestTurns.inProgress()).isZero();
    }

    @Test
    void endsADiagnosisThatTakesTooLongAndNoOther() throws Exception {
        Queue<Runnable> tasks = new ArrayDeque<>();
        byte[] block = writeLongBlock();
        diagnose(executor, checksum(block), "CRC32", (root, client, task) -> tasks.add(task));
        tasks.remove().run();
        ticker.pass(DiagnoseCorruptionHandler.MAX_DURATION.minusNanos(1));
        tasks.remove().run();
        assertCause(CorruptionCause.CHECKSUM_VERIFY_PASS);

        diagnose(executor, checksum(block), "CRC32", (root, client, task) -> tasks.add(task));
        tasks.remove().run();
        ticker.pass(DiagnoseCorruptionHandler.MAX_DURATION);
        tasks.remove().run();
        assertCause(CorruptionCause.UNKNOWN_ISSUE);
    }

    @Test
    void readsNothingOfABlockThatNoExecutorCouldHaveWritten() throws Exception {
        Queue<Runnable> tasks = new ArrayDeque<>();
        long length = (64L << 30) + 1;
        fixture.files(executor)
                .write(
                        "shuffle_0_0_0.index",
                        ByteBuffer.allocate(16).putLong(0).putLong(length).array());
        try (RandomAccessFile data = new RandomAccessFile(
                fixture.files(executor).file("shuffle_0_0_0.data").toFile(), "rw")) {
            data.setLength(length);
        }
        diagnose(executor, 0, "CRC32", (root, client, task) -> tasks.add(task));
        tasks.remove().run();
        assertCause(CorruptionCause.UNKNOWN_ISSUE);
    }

    @Test
    void diagnosesOneBlockOfAClientAtATime() throws Exception {
        Queue<Runnable> tasks = new ArrayDeque<>();
        diagnose(executor, checksum(BLOCK), "CRC32", (root, client, task) -> tasks.add(task));
        diagnose(executor, checksum(BLOCK), "CRC32", (root, client, task) -> tasks.add(task));
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(caller.runNextTask()).isTrue();
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(caller.longRequestTurns.inProgress()).isZero();
    }

    /** As long as one slice and one byte. */
    private byte[] writeLongBlock() throws Exception {
        byte[] block = block((int) DiagnoseCorruptionHandler.SLICE_BYTES + 1, 1);
        fixture.files(executor).writeMapOutput(0, 0, block);
        return block;
    }

    private void diagnose(
            @Nullable RegisteredExecutor registered, long checksum, String algorithm, ClientDiskExecutor threads) {
        new DiagnoseCorruptionHandler(fixture.blockResolver, threads, ticker, fixture.rateLimitedLogger)
                .diagnose(
                        registered,
                        new RpcMessage.DiagnoseCorruption(executor.id(), FetchFixture.blockId(0), checksum, algorithm),
                        caller.call(1));
    }

    private void assertCause(CorruptionCause cause) throws InterruptedException {
        assertThat(caller.nextReply()).isEqualTo(encoded(Reply.corruptionCause(1, cause)));
        assertThat(caller.hasReply()).isFalse();
    }

    private static long checksum(byte[] block) {
        CRC32 checksum = new CRC32();
        checksum.update(block);
        return checksum.getValue();
    }

    @Test
    void answersOnceIfMemoryRunsOutAfterItWasQueued() throws Exception {
        Queue<Runnable> tasks = new ArrayDeque<>();
        diagnose(executor, checksum(BLOCK), "CRC32", (root, client, task) -> {
            tasks.add(task);
            throw new OutOfMemoryError("for a test");
        });
        assertCause(CorruptionCause.UNKNOWN_ISSUE);
        tasks.remove().run();
        assertThat(caller.hasReply()).isFalse();
        assertThat(tasks).isEmpty();
        assertThat(caller.longRequestTurns.inProgress()).isZero();
    }

    @Test
    void closesWhatItReadsIfThereIsNoMemoryToReportAFailure() throws Exception {
        byte[] large = block((int) DiagnoseCorruptionHandler.SLICE_BYTES + 1, 2);
        fixture.files(executor).writeMapOutput(0, 0, large);
        Queue<Runnable> tasks = new ArrayDeque<>();
        diagnose(executor, checksum(large), "CRC32", (root, client, task) -> tasks.add(task));
        tasks.remove().run();
        assertThat(openFiles()).isOne();
        ticker.pass(DiagnoseCorruptionHandler.MAX_DURATION);
        try (ScarceLog scarce = ScarceLog.of(DiagnoseCorruptionHandler.class)) {
            tasks.remove().run();
            assertThat(scarce.isUsed()).isTrue();
        }
        fixture.dataFiles.invalidateAll(executor.dirs());
        assertThat(openFiles()).isZero();
        assertThat(caller.failure).isInstanceOf(OutOfMemoryError.class);
        assertThat(caller.longRequestTurns.inProgress()).isZero();
    }

    private int openFiles() throws Exception {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return (int) open.filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).toString().endsWith("shuffle_0_0_0.data");
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
