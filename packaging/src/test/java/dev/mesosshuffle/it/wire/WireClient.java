package dev.mesosshuffle.it.wire;

import dev.mesosshuffle.testing.FreePort;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.CipherInputStream;
import javax.crypto.CipherOutputStream;

/**
 * A client that writes frames byte by byte, as none of Spark's would: it sends what it likes, and need not read what comes
 * back. Used by one thread.
 */
public final class WireClient implements AutoCloseable {
    public static final byte CHUNK_FETCH_REQUEST = 0;
    public static final byte CHUNK_FETCH_SUCCESS = 1;
    public static final byte RPC_REQUEST = 3;
    public static final byte RPC_RESPONSE = 4;
    public static final byte ONE_WAY_MESSAGE = 9;

    private static final int PATIENCE_MILLIS = 30_000;
    private static final int LENGTH_AND_TYPE = Long.BYTES + Byte.BYTES;

    /** What a stream handle's id follows: the type of the reply, its request, its length, the type of the message. */
    private static final int STREAM_ID = Byte.BYTES + Long.BYTES + Integer.BYTES + Byte.BYTES;

    /** What the failure's text follows. */
    private static final int FAILURE_TEXT = Byte.BYTES + Long.BYTES + Integer.BYTES;

    private static final int CHUNK_DATA = Byte.BYTES + Long.BYTES + Integer.BYTES;

    private final Socket socket;
    private final SentPieces sent;
    private final SentWork work;
    private DataInputStream in;
    private DataOutputStream out;
    private long lastRequestId;

    public WireClient(int port) throws IOException {
        this(port, FreePort.LOOPBACK, 0);
    }

    /**
     * Connects.
     *
     * @param from the client's own address, one of this host's
     * @param receiveBuffer the size of the socket's receive buffer in bytes; 0 for the system's default
     */
    public WireClient(int port, String from, int receiveBuffer) throws IOException {
        this(port, from, receiveBuffer, new SentWork());
    }

    /**
     * Connects, and counts what is sent.
     *
     * @param from the client's own address, one of this host's
     * @param receiveBuffer the size of the socket's receive buffer in bytes; 0 for the system's default
     * @param work counts what is sent
     */
    public WireClient(int port, String from, int receiveBuffer, SentWork work) throws IOException {
        this.work = work;
        socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getAllByName(from)[0], 0));
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        sent = new SentPieces(socket.getOutputStream());
        out = new DataOutputStream(new BufferedOutputStream(sent));
        work.connected();
    }

    /** Sends a request and leaves its reply unread. */
    public void sendRequest(byte[] body) throws IOException {
        frameHead(RPC_REQUEST, Long.BYTES + Integer.BYTES + body.length);
        out.writeLong(++lastRequestId);
        body(body);
    }

    public void sendOneWay(byte[] body) throws IOException {
        frameHead(ONE_WAY_MESSAGE, Integer.BYTES + body.length);
        body(body);
    }

    private void body(byte[] body) throws IOException {
        out.writeInt(body.length);
        out.write(body);
        out.flush();
        work.sent();
    }

    public void requestChunk(long streamId, int chunkIndex) throws IOException {
        frameHead(CHUNK_FETCH_REQUEST, Long.BYTES + Integer.BYTES);
        out.writeLong(streamId);
        out.writeInt(chunkIndex);
        out.flush();
        work.sent();
    }

    /** Announces a frame and sends some of it. */
    public void sendPartOfFrame(long announcedBytes, int sentBytes) throws IOException {
        frameHead(RPC_REQUEST, announcedBytes - LENGTH_AND_TYPE);
        out.write(new byte[sentBytes]);
        out.flush();
        work.sent();
    }

    /** Sends a frame of any type. */
    public void sendFrame(int type, byte[] content) throws IOException {
        frameHead((byte) type, content.length);
        out.write(content);
        out.flush();
        work.sent();
    }

    /** Sends bytes as they are, in one piece. */
    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        work.sent();
    }

    /** A request's frame, for {@link #send}. */
    public static byte[] requestFrame(long requestId, byte[] body) {
        int bytes = LENGTH_AND_TYPE + Long.BYTES + Integer.BYTES + body.length;
        return ByteBuffer.allocate(bytes)
                .putLong(bytes)
                .put(RPC_REQUEST)
                .putLong(requestId)
                .putInt(body.length)
                .put(body)
                .array();
    }

    /** Encrypts all further bytes of both directions. */
    void protectBy(Cipher sending, Cipher receiving) throws IOException {
        in = new DataInputStream(new CipherInputStream(socket.getInputStream(), receiving));
        out = new DataOutputStream(new BufferedOutputStream(new CipherOutputStream(sent, sending)));
    }

    /** Keeps what it sends from now on. */
    public void record() {
        sent.record();
    }

    /** What was sent since {@link #record}, as it went over the wire, in the pieces in which it was sent. */
    public List<byte[]> recorded() {
        return sent.recorded();
    }

    /** Waits for any byte. */
    public void awaitByte() throws IOException {
        in.readByte();
    }

    /** Reads up to the end, which the service must bring about; returns what it sent before. */
    public byte[] readToEnd() throws IOException {
        try {
            return in.readAllBytes();
        } catch (SocketException e) {
            // Reset, since the service had not read everything.
            return new byte[0];
        }
    }

    private void frameHead(byte type, long bytes) throws IOException {
        out.writeLong(LENGTH_AND_TYPE + bytes);
        out.writeByte(type);
    }

    /** The next frame, with its type and without its length. */
    public byte[] receive() throws IOException {
        byte[] frame = new byte[Math.toIntExact(in.readLong() - Long.BYTES)];
        in.readFully(frame);
        return frame;
    }

    /** Sends a request and waits for its reply. */
    public byte[] call(byte[] body) throws IOException {
        sendRequest(body);
        return receive();
    }

    /** Sends a request that must succeed. */
    public byte[] succeed(byte[] body) throws IOException {
        byte[] reply = call(body);
        if (reply[0] != RPC_RESPONSE) {
            throw new IOException("failed: " + failure(reply));
        }
        return reply;
    }

    /** The body of a successful reply. */
    public static byte[] answer(byte[] reply) {
        return Arrays.copyOfRange(reply, FAILURE_TEXT, reply.length);
    }

    /** The text of a failure; empty if the reply is none. */
    public static String failure(byte[] reply) {
        return reply[0] == RPC_RESPONSE
                ? ""
                : new String(Arrays.copyOfRange(reply, FAILURE_TEXT, reply.length), StandardCharsets.UTF_8);
    }

    /** Opens a stream and returns its id. */
    public long openStream(byte[] body) throws IOException {
        byte[] reply = succeed(body);
        long id = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            id = (id << Byte.SIZE) | (reply[STREAM_ID + i] & 0xff);
        }
        return id;
    }

    /** Fetches the first chunk of a new stream. */
    public byte[] fetch(byte[] body) throws IOException {
        requestChunk(openStream(body), 0);
        byte[] reply = receive();
        if (reply[0] != CHUNK_FETCH_SUCCESS) {
            throw new IOException(
                    "no block: " + new String(reply, CHUNK_DATA, reply.length - CHUNK_DATA, StandardCharsets.UTF_8));
        }
        return Arrays.copyOfRange(reply, CHUNK_DATA, reply.length);
    }

    /** Breaks the connection at once, whatever was sent. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
