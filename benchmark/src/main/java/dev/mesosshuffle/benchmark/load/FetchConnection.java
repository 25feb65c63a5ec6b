package dev.mesosshuffle.benchmark.load;

import dev.mesosshuffle.benchmark.security.Endpoint;
import dev.mesosshuffle.benchmark.security.Protection;
import dev.mesosshuffle.benchmark.security.WireCodec;
import dev.mesosshuffle.benchmark.wire.FrameWalker;
import dev.mesosshuffle.benchmark.wire.StreamHandle;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One connection, which keeps one fetch in flight. For the load generator's thread. */
final class FetchConnection implements FrameWalker.Listener {
    /** Supplies a connection with fetches, and receives their results. */
    interface Owner {
        /** What to fetch next; null to fetch no more. */
        @Nullable
        Fetch nextFetch();

        void onBlock(long bytes);

        /** A fetch is complete; says whether the connection goes on. */
        boolean onFetch(long nanos) throws IOException;
    }

    private final SocketChannel channel;
    private final SelectionKey key;
    private final Owner owner;
    private final ChunkRequests requests;
    private final WireCodec codec;
    private final FrameWalker walker = new FrameWalker(this);
    private final WireCodec.Plain received = walker::walk;
    private ByteBuffer out = ByteBuffer.allocateDirect(4096).limit(0);
    /** What is sent of it: the same if the codec changes nothing. */
    private ByteBuffer wire = out;

    private @Nullable Fetch fetch;
    private int blocks;
    private long bytes;
    /** Of the fetch; of connecting, for the first one. */
    private long startNanos;

    private FetchConnection(
            SocketChannel channel, SelectionKey key, WireCodec codec, Owner owner, ChunkRequests requests) {
        this.channel = channel;
        this.key = key;
        this.codec = codec;
        this.owner = owner;
        this.requests = requests;
        this.startNanos = System.nanoTime();
    }

    /** Begins to connect; the rest happens when the selector says so. Waits only for handshakes. */
    static void open(Selector selector, Endpoint endpoint, Owner owner, ChunkRequests requests) throws IOException {
        if (endpoint.protection() == Protection.NONE) {
            openPlain(selector, endpoint.address(), owner, requests);
            return;
        }
        Endpoint.Connected connected = endpoint.connect();
        SocketChannel channel = connected.channel();
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        FetchConnection connection = new FetchConnection(channel, key, connected.codec(), owner, requests);
        key.attach(connection);
        connection.startNext();
    }

    private static void openPlain(Selector selector, InetSocketAddress address, Owner owner, ChunkRequests requests)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
        FetchConnection connection = new FetchConnection(channel, key, WireCodec.unchanged(), owner, requests);
        key.attach(connection);
        if (channel.connect(address)) {
            connection.onConnected();
        }
    }

    /** Does what the channel is ready for. */
    void onReady(ByteBuffer buffer) throws IOException {
        if (key.isConnectable()) {
            channel.finishConnect();
            onConnected();
        } else if (key.isWritable()) {
            send();
        } else {
            receive(buffer);
        }
    }

    private void onConnected() throws IOException {
        key.interestOps(SelectionKey.OP_READ);
        startNext();
    }

    private void startNext() throws IOException {
        fetch = owner.nextFetch();
        if (fetch == null) {
            close();
            return;
        }
        blocks = 0;
        bytes = 0;
        room(fetch.request().length).put(fetch.request()).flip();
        encodeAndSend();
    }

    private ByteBuffer room(int wanted) {
        if (out.capacity() < wanted) {
            out = ByteBuffer.allocateDirect(wanted);
        }
        return out.clear();
    }

    private void encodeAndSend() throws IOException {
        wire = codec.encode(out);
        send();
    }

    private void send() throws IOException {
        channel.write(wire);
        key.interestOps(wire.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private void receive(ByteBuffer buffer) throws IOException {
        int read = channel.read(buffer.clear());
        if (read < 0) {
            throw new EOFException("the service closed a connection after " + blocks + " blocks (expected: "
                    + (fetch == null ? 0 : fetch.chunks()) + ")");
        }
        codec.decode(buffer.flip(), received);
    }

    @Override
    public void onRpcResponse(ByteBuffer answer) throws IOException {
        StreamHandle stream = StreamHandle.read(answer);
        if (fetch == null || stream.chunks() != fetch.chunks()) {
            throw new IOException(stream + " (expected: " + (fetch == null ? 0 : fetch.chunks()) + " chunks)");
        }
        requests.write(stream, room(stream.chunks() * ChunkRequests.MAX_BYTES));
        out.flip();
        encodeAndSend();
    }

    @Override
    public void onBlock(long length) throws IOException {
        blocks++;
        bytes += length;
        owner.onBlock(length);
        if (fetch != null && blocks == fetch.chunks()) {
            if (bytes != fetch.bytes()) {
                throw new IOException("fetch of " + bytes + " bytes (expected: " + fetch.bytes() + ")");
            }
            long now = System.nanoTime();
            long taken = now - startNanos;
            startNanos = now;
            if (owner.onFetch(taken)) {
                startNext();
            } else {
                close();
            }
        }
    }

    void close() throws IOException {
        // Also cancels the key.
        channel.close();
    }
}
