package dev.mesosshuffle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.ShuffleDaemon;
import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.config.StateDirCandidates;
import dev.mesosshuffle.model.LocalDirNaming;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.testing.RawClient;
import dev.mesosshuffle.testing.RecordingLeakDetector;
import dev.mesosshuffle.testing.ShuffleFiles;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The whole daemon in this process, over real sockets and files; for the tests of what it does. */
abstract class RunningDaemon {
    /** Fits into no socket's buffers. */
    static final int LARGE = 64 * 1024 * 1024;

    static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path temp;

    Path root;
    Path localDir;
    ShuffleFiles files;
    ShuffleDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        root = Files.createDirectory(temp.resolve("spark"));
        localDir = root.resolve("blockmgr-1");
        files = new ShuffleFiles(List.of(localDir));
        daemon = ShuffleDaemon.start(config(IoMode.AUTO, LONG, Long.MAX_VALUE));
    }

    @AfterEach
    void stop() {
        daemon.stop();
    }

    @AfterAll
    static void findNoLeakedBuffer() {
        assertThat(RecordingLeakDetector.leaks()).isEmpty();
    }

    void restart(ServiceConfig config) throws Exception {
        daemon.stop();
        daemon = ShuffleDaemon.start(config);
    }

    ServiceConfig config(IoMode mode, Duration idleTimeout, long maxChunks) {
        return config(mode, idleTimeout, maxChunks, root.resolve(".state"));
    }

    ServiceConfig config(IoMode mode, Duration idleTimeout, long maxChunks, Path stateDir) {
        return new ServiceConfig(
                "127.0.0.1",
                0,
                transport(mode, idleTimeout, maxChunks),
                new ServiceConfig.Disks(
                        List.of(root), LocalDirNaming.ANY, StateDirCandidates.only(stateDir), 2, 1 << 20, 1 << 24),
                new ServiceConfig.Expiry(Duration.ofSeconds(30), Duration.ofHours(24)),
                new ServiceConfig.Cleanup(true, 0, OrphanMode.OFF, 0),
                ServiceConfig.Master.NONE);
    }

    static ServiceConfig.Transport transport(IoMode mode, Duration idleTimeout, long maxChunks) {
        return new ServiceConfig.Transport(
                mode,
                2,
                new ServiceConfig.SocketOptions(0, 0, 0, false),
                idleTimeout,
                maxChunks,
                1 << 20,
                ServiceConfig.ConnectionLimits.DEFAULTS);
    }

    RawClient connect() throws IOException {
        return new RawClient(daemon.localAddress().getPort());
    }

    RawClient connectAndRegister() throws IOException {
        RawClient client = connect();
        assertThat(client.rpc("02 'app' '7' 00000001 '" + localDir + "' 00000040 'sort'"))
                .isEqualTo("0400000000");
        return client;
    }

    static byte[] fetch(RawClient client, String blockId) throws IOException {
        String stream = client.openStream("00 'app' '7' 00000001 '" + blockId + "'");
        client.send("00" + stream + "00000000");
        return chunk(client, stream, 0);
    }

    static byte[] chunk(RawClient client, String stream, int index) throws IOException {
        byte[] frame = client.receiveBytes();
        String head = ByteBufUtil.hexDump(frame, 0, Math.min(13, frame.length));
        assertThat(head).isEqualTo("01" + stream + String.format("%08x", index));
        return Arrays.copyOfRange(frame, 13, frame.length);
    }
}
