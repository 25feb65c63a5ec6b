package dev.mesosshuffle.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client that sends golden bytes over a real socket and shows what comes back, byte for byte. */
public final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private long lastRequestId;

    /** Connects to a port of this host. */
    public RawClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** Uses a connection; owns it from here on. */
    public RawClient(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** Sends one or more frames in one piece; each is given without its length. */
    public void send(String... frames) throws IOException {
        StringBuilder hex = new StringBuilder();
        for (String frame : frames) {
            String bytes = GoldenBytes.hex(frame);
            hex.append(String.format("%016x", 8 + bytes.length() / 2)).append(bytes);
        }
        sendBytes(hex.toString());
    }

    /** Sends a frame that is too long to be spelled; it is given without its length. */
    public void sendFrame(byte[] frame) throws IOException {
        out.write(ByteBuffer.allocate(Long.BYTES)
                .putLong(Long.BYTES + frame.length)
                .array());
        out.write(frame);
        out.flush();
    }

    /** Sends bytes as they are. */
    public void sendBytes(String golden) throws IOException {
        out.write(ByteBufUtil.getBytes(GoldenBytes.bytes(golden)));
        out.flush();
    }

    /** Sends an RPC, waits for its answer, and returns that without request id: {@code 04} and the body, or {@code 05}. */
    public String rpc(String body) throws IOException {
        lastRequestId++;
        String id = String.format("%016x", lastRequestId);
        send("03" + id + "00000000" + body);
        String answer = receive();
        if (!answer.startsWith(id, 2)) {
            throw new IOException("answer to request " + answer.substring(2, 18) + " (expected: to " + id + ")");
        }
        return answer.substring(0, 2) + answer.substring(18);
    }

    /** Opens a stream by an RPC and returns its id, as it is written in frames. */
    public String openStream(String body) throws IOException {
        String answer = rpc(body);
        if (!answer.startsWith("040000000d03")) {
            throw new IOException("answer " + text(answer) + " (expected: a stream handle)");
        }
        return answer.substring(12, 28);
    }

    /** The next frame, without its length, in hex. */
    public String receive() throws IOException {
        return ByteBufUtil.hexDump(receiveBytes());
    }

    /** The next frame, without its length. */
    public byte[] receiveBytes() throws IOException {
        long length = in.readLong();
        return in.readNBytes(Math.toIntExact(length - 8));
    }

    /** The next bytes, outside of frames. */
    public byte[] receiveRaw(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException(bytes.length + " bytes (expected: " + length + ")");
        }
        return bytes;
    }

    /** Waits until the other side has closed the connection; fails if it sends anything before. */
    public void awaitClose() throws IOException {
        int next;
        try {
            next = in.read();
        } catch (SocketException e) {
            return;
        }
        if (next >= 0) {
            throw new IOException("a byte " + next + " (expected: the end of the connection)");
        }
    }

    /** The failure text at the end of a reply. */
    public static String text(String hex) {
        ByteBuf bytes = GoldenBytes.bytes(hex);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Breaks the connection, as a host does that falls over. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
