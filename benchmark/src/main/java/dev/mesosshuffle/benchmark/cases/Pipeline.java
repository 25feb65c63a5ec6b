package dev.mesosshuffle.benchmark.cases;

import dev.mesosshuffle.benchmark.wire.BlockingClient;
import dev.mesosshuffle.benchmark.wire.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Connections over which many RPCs are sent, some at a time over each, as a crowd of clients would. For one thread. */
final class Pipeline implements AutoCloseable {
    /** Together they fit into the buffers of a socket, so that neither side waits for the other to read. */
    private static final int MOST_AT_A_TIME = 32;

    private final List<BlockingClient> clients = new ArrayList<>();

    private Pipeline() {}

    static Pipeline open(InetSocketAddress address, int connections) throws IOException {
        Pipeline pipeline = new Pipeline();
        try {
            for (int i = 0; i < connections; i++) {
                pipeline.clients.add(BlockingClient.connect(address));
            }
            return pipeline;
        } catch (IOException e) {
            pipeline.close();
            throw e;
        }
    }

    /** Sends all of them, spread evenly, and returns once each is answered; fails if one of them does. */
    void call(List<byte[]> rpcs) throws IOException {
        int share = (rpcs.size() + clients.size() - 1) / clients.size();
        int atATime = Math.min(MOST_AT_A_TIME, share);
        for (int next = 0; next < rpcs.size(); ) {
            int[] sent = new int[clients.size()];
            for (int i = 0; i < sent.length; i++) {
                List<byte[]> some = rpcs.subList(next, Math.min(rpcs.size(), next + atATime));
                send(clients.get(i), some);
                sent[i] = some.size();
                next += some.size();
            }
            for (int i = 0; i < sent.length; i++) {
                receive(clients.get(i), sent[i]);
            }
        }
    }

    private static void send(BlockingClient client, List<byte[]> rpcs) throws IOException {
        ByteArrayOutputStream burst = new ByteArrayOutputStream();
        for (byte[] rpc : rpcs) {
            burst.write(rpc);
        }
        client.send(burst.toByteArray());
    }

    private static void receive(BlockingClient client, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            var unused = client.receive(Frame.RPC_RESPONSE);
        }
    }

    @Override
    public void close() throws IOException {
        for (BlockingClient client : clients) {
            client.close();
        }
    }
}
