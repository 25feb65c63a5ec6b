package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients cost that ask for blocks and do not read them, and that nothing of it stays. */
class StalledClientsTest extends RunningDaemon {
    private static final String MEMORY = "shuffleService.shuffle-server.usedDirectMemory,type=gauges";
    private static final String CONNECTIONS = "shuffleService.numActiveConnections,type=counters";

    private static final int CLIENTS = 60;
    /** More than the kernel's buffers of a connection take. */
    private static final int BLOCKS = 100;

    private static final int BLOCK = 100 * 1000;
    private static final long MIB = 1024 * 1024;
    /** A few chunks of the allocator. */
    private static final long LITTLE = 8 * MIB;

    private final List<RawClient> clients = new ArrayList<>();

    @BeforeEach
    void writeFiles() throws IOException {
        byte[][] small = new byte[BLOCKS][];
        for (int i = 0; i < BLOCKS; i++) {
            small[i] = block(BLOCK, i);
        }
        files.writeMapOutput(0, 5, small);
        files.writeMapOutput(0, 6, block(LARGE, 1));
    }

    @AfterEach
    void leave() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        clients.clear();
    }

    @Test
    void smallBlocksThatNobodyReadsTakeMemoryUntilTheirClientsAreGone() throws Exception {
        try (RawClient other = connectAndRegister()) {
            for (int i = 0; i < CLIENTS; i++) {
                askForSmallBlocks();
            }
            JmxMetrics.await(MEMORY, used -> used > 3 * LITTLE);
            assertThat(fetch(other, "shuffle_0_5_7")).isEqualTo(block(BLOCK, 7));
            leave();
            JmxMetrics.await(CONNECTIONS, connections -> connections == 1);
            JmxMetrics.await(MEMORY, used -> used <= LITTLE);
            assertThat(fetch(other, "shuffle_0_5_8")).isEqualTo(block(BLOCK, 8));
        }
    }

    @Test
    void largeBlocksThatNobodyReadsTakeNoMemory() throws Exception {
        try (RawClient other = connectAndRegister()) {
            for (int i = 0; i < CLIENTS; i++) {
                RawClient client = connect();
                clients.add(client);
                String stream = client.openStream("00 'app' '7' 00000001 'shuffle_0_6_0'");
                client.send("00" + stream + "00000000");
            }
            for (RawClient client : clients) {
                assertThat(client.receiveRaw(Long.BYTES)).hasSize(Long.BYTES);
            }
            assertThat(JmxMetrics.value(MEMORY)).isLessThan(LITTLE);
            leave();
            JmxMetrics.await(CONNECTIONS, connections -> connections == 1);
            assertThat(fetch(other, "shuffle_0_6_0")).isEqualTo(block(LARGE, 1));
        }
    }

    private void askForSmallBlocks() throws IOException {
        RawClient client = connect();
        clients.add(client);
        StringBuilder open = new StringBuilder("00 'app' '7' " + String.format("%08x", BLOCKS));
        for (int i = 0; i < BLOCKS; i++) {
            open.append(" 'shuffle_0_5_").append(i).append('\'');
        }
        String stream = client.openStream(open.toString());
        String[] requests = new String[BLOCKS];
        for (int i = 0; i < BLOCKS; i++) {
            requests[i] = "00" + stream + String.format("%08x", i);
        }
        client.send(requests);
    }
}
