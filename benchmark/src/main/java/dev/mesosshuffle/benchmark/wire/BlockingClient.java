package dev.mesosshuffle.benchmark.wire;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client for what is not measured: it sends, waits, and checks the response. */
public final class BlockingClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Closeable connection;
    private final DataInputStream in;
    private final OutputStream out;

    private BlockingClient(Closeable connection, InputStream in, OutputStream out) {
        this.connection = connection;
        this.in = new DataInputStream(new BufferedInputStream(in));
        this.out = out;
    }

    /** Uses a connection that is there, by streams of its plain bytes; closes it in the end. */
    public static BlockingClient over(Closeable connection, InputStream in, OutputStream out) {
        return new BlockingClient(connection, in, out);
    }

    /** Connects. */
    public static BlockingClient connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.connect(address, PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        return over(socket, socket.getInputStream(), socket.getOutputStream());
    }

    /** Sends whole frames. */
    public void send(byte[] frames) throws IOException {
        out.write(frames);
    }

    /** Sends an RPC and returns its answer behind the frame's type; fails if that is a failure. */
    public ByteBuffer call(byte[] rpc) throws IOException {
        send(rpc);
        return receive(Frame.RPC_RESPONSE);
    }

    /** The next frame behind its type, which must be this one. */
    public ByteBuffer receive(byte type) throws IOException {
        long length = in.readLong();
        byte actual = in.readByte();
        byte[] rest = receiveRaw(length - Frame.HEADER_BYTES);
        if (actual != type) {
            throw new IOException("answer of type " + actual + " (expected: " + type + "): "
                    + new String(rest, StandardCharsets.UTF_8).strip());
        }
        return ByteBuffer.wrap(rest);
    }

    /** The next bytes, outside of frames. */
    public byte[] receiveRaw(long length) throws IOException {
        byte[] bytes = in.readNBytes(Math.toIntExact(length));
        if (bytes.length < length) {
            throw new EOFException(bytes.length + " bytes (expected: " + length + ")");
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
