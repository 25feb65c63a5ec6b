package dev.mesosshuffle.dispatch;

import static dev.mesosshuffle.fetch.FakeConnection.encoded;
import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.blocks.CorruptionDiagnosis;
import dev.mesosshuffle.fetch.FetchFixture;
import dev.mesosshuffle.model.CorruptionCause;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.testing.DirectExecutorService;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiagnoseCorruptionHandlerTest {
    private static final byte[] BLOCK = block(100, 1);

    @TempDir
    private Path temp;

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
        diagnose(executor, checksum(BLOCK), "CRC32", new DirectExecutorService());
        assertCause(CorruptionCause.CHECKSUM_VERIFY_PASS);
    }

    @Test
    void reportsTheNetworkIfOnlyTheReaderSawAnotherChecksum() throws Exception {
        diagnose(executor, checksum(BLOCK) + 1, "CRC32", new DirectExecutorService());
        assertCause(CorruptionCause.NETWORK_ISSUE);
    }

    @Test
    void reportsTheDiskIfTheDataChanged() throws Exception {
        byte[] corrupt = BLOCK.clone();
        corrupt[50]++;
        fixture.files(executor).corrupt("shuffle_0_0_0.data", corrupt);
        diagnose(executor, checksum(corrupt), "CRC32", new DirectExecutorService());
        assertCause(CorruptionCause.DISK_ISSUE);
    }

    @Test
    void reportsAnAlgorithmThatItDoesNotKnow() throws Exception {
        diagnose(executor, checksum(BLOCK), "MD5", new DirectExecutorService());
        assertCause(CorruptionCause.UNSUPPORTED_CHECKSUM_ALGORITHM);
    }

    @Test
    void reportsAnUnknownCauseForAnExecutorThatIsNotRegistered() throws Exception {
        diagnose(null, checksum(BLOCK), "CRC32", task -> {
            throw new AssertionError("nothing to diagnose");
        });
        assertCause(CorruptionCause.UNKNOWN_ISSUE);
    }

    @Test
    void reportsAnUnknownCauseWhenTooManyDiagnosesWait() throws Exception {
        diagnose(executor, checksum(BLOCK), "CRC32", task -> {
            throw new RejectedExecutionException("full");
        });
        assertCause(CorruptionCause.UNKNOWN_ISSUE);
    }

    @Test
    void reportsAnUnknownCauseIfAFileIsInvalid() throws Exception {
        fixture.files(executor).write("shuffle_0_0_0.index", new byte[7]);
        diagnose(executor, checksum(BLOCK), "CRC32", new DirectExecutorService());
        assertCause(CorruptionCause.UNKNOWN_ISSUE);
    }

    @Test
    void diagnosesInTheBackground() throws Exception {
        Queue<Runnable> tasks = new ArrayDeque<>();
        diagnose(executor, checksum(BLOCK), "CRC32", tasks::add);
        assertThat(caller.hasReply()).isFalse();
        tasks.remove().run();
        assertCause(CorruptionCause.CHECKSUM_VERIFY_PASS);
    }

    private void diagnose(@Nullable RegisteredExecutor registered, long checksum, String algorithm, Executor threads) {
        new DiagnoseCorruptionHandler(
                        new CorruptionDiagnosis(fixture.blockResolver), threads, fixture.rateLimitedLogger)
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
}
