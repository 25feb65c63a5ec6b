package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.load.ChunkRequests;
import dev.mesosshuffle.benchmark.load.Fetch;
import dev.mesosshuffle.benchmark.wire.BlockingClient;
import dev.mesosshuffle.benchmark.wire.StreamHandle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Clients that ask for blocks and never read one. */
final class StalledClients {
    static final int COUNT = 1000;
    static final int BLOCKS_EACH = 100;

    private final List<BlockingClient> clients = new ArrayList<>();

    private StalledClients() {}

    static StalledClients open(InetSocketAddress address, List<Fetch> fetches, int count) throws IOException {
        StalledClients stalled = new StalledClients();
        try {
            for (int i = 0; i < count; i++) {
                BlockingClient client = BlockingClient.connect(address);
                stalled.clients.add(client);
                Fetch fetch = fetches.get(i % fetches.size());
                StreamHandle stream = StreamHandle.read(client.call(fetch.request()));
                client.send(ChunkRequests.CHUNKS.toBytes(stream));
            }
            return stalled;
        } catch (IOException | RuntimeException e) {
            stalled.close();
            throw e;
        }
    }

    /** The clients go, without having read. */
    void close() throws IOException {
        for (BlockingClient client : clients) {
            client.close();
        }
    }
}
