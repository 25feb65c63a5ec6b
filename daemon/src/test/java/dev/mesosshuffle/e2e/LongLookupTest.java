package dev.mesosshuffle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.testing.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request that occupies its event loop for long, and another connection of that loop. */
class LongLookupTest extends RunningDaemon {
    private static final int EXECUTORS = 800_000;

    /** Far fewer than there are slices, and far more than are answered between two seconds of tasks. */
    private static final int HEARTBEATS = 50;

    @BeforeEach
    void haveOneEventLoop() throws Exception {
        ServiceConfig usual = config(IoMode.AUTO, LONG, Long.MAX_VALUE);
        ServiceConfig.Transport transport = usual.transport();
        restart(new ServiceConfig(
                usual.host(),
                usual.port(),
                new ServiceConfig.Transport(
                        transport.mode(),
                        1,
                        transport.sockets(),
                        transport.connectionTimeout(),
                        transport.maxChunksBeingTransferred(),
                        8 << 20,
                        transport.connections()),
                usual.disks(),
                usual.expiry(),
                usual.cleanup(),
                usual.master()));
    }

    @Test
    void letsTheOthersHaveTheirTurnsBetweenItsSlices() throws Exception {
        try (RawClient asker = connectAndRegister();
                RawClient other = connect()) {
            asker.sendFrame(question());
            asker.sendFrame(question());
            // The second one, which has arrived by now, is looked up next.
            asker.receive();
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return asker.receive();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            int answered = 0;
            while (!answer.isDone()) {
                assertThat(other.rpc("05 'app'")).isEqualTo("0400000000");
                answered++;
            }
            assertThat(answer.get()).startsWith("04");
            assertThat(answered).isGreaterThan(HEARTBEATS);
        }
    }

    /** An RPC that asks for the dirs of the same executor many times. */
    private static byte[] question() {
        ByteBuffer frame = ByteBuffer.allocate(1 + Long.BYTES + Integer.BYTES + 1 + 4 + 3 + 4 + EXECUTORS * 5);
        frame.put((byte) 3).putLong(1).putInt(0).put((byte) 10);
        frame.putInt(3).put("app".getBytes(StandardCharsets.US_ASCII)).putInt(EXECUTORS);
        for (int i = 0; i < EXECUTORS; i++) {
            frame.putInt(1).put((byte) '7');
        }
        return frame.array();
    }
}
