package dev.mesosshuffle.benchmark.cases;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Connections that are open and do nothing, as executors keep them between their fetches. */
final class IdleConnections implements AutoCloseable {
    private final List<SocketChannel> channels = new ArrayList<>();

    private IdleConnections() {}

    static IdleConnections open(InetSocketAddress address, int count) throws IOException {
        IdleConnections connections = new IdleConnections();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(address);
            channel.configureBlocking(false);
            connections.channels.add(channel);
        }
        return connections;
    }

    /** Fails if the service has closed one. */
    void checkOpen() throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        for (SocketChannel channel : channels) {
            if (channel.read(one) != 0) {
                throw new IOException("the service closed an idle connection (expected: all stay open)");
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }
}
