package dev.mesosshuffle.training;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.spark.network.shuffle.protocol.BlockTransferMessage;
import org.apache.spark.network.shuffle.protocol.ExecutorShuffleInfo;
import org.apache.spark.network.shuffle.protocol.FetchShuffleBlocks;
import org.apache.spark.network.shuffle.protocol.OpenBlocks;
import org.apache.spark.network.shuffle.protocol.RegisterExecutor;
import org.apache.spark.network.shuffle.protocol.StreamHandle;
import org.apache.spark.network.shuffle.protocol.mesos.RegisterDriver;
import org.apache.spark.network.shuffle.protocol.mesos.ShuffleServiceHeartbeat;

/**
 * Does once what the clients of a daemon on this host do all day: a driver registers, an executor registers, its blocks are
 * fetched. So the JVM of that daemon, which archives its classes when it ends, has loaded what it takes.
 */
public final class TrainingClient {
    private static final String APP_ID = "class-archive";
    private static final String EXECUTOR_ID = "1";
    private static final int SUB_DIRS = 64;
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final long HEARTBEAT_TIMEOUT_MILLIS = 120_000;

    /** One that is copied, and one that leaves from its file. */
    private static final int[] BLOCK_BYTES = {10_000, 300_000};

    /** Types of frames, as Spark's {@code Message.Type} has them. */
    private static final byte CHUNK_REQUEST = 0;

    private static final byte CHUNK_SUCCESS = 1;
    private static final byte RPC_REQUEST = 3;
    private static final byte RPC_RESPONSE = 4;
    private static final byte ONE_WAY_MESSAGE = 9;

    private static final int TYPE_BYTES = 1;
    private static final int STREAM_CHUNK_BYTES = Long.BYTES + Integer.BYTES;

    private final DataInputStream in;
    private final DataOutputStream out;
    private long requests;

    private TrainingClient(Socket socket) throws IOException {
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    /**
     * Trains a daemon.
     *
     * @param args its port, and one of its roots
     * @throws IOException if it does not answer as it should
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException(args.length + " arguments (expected: PORT ROOT)");
        }
        train(Integer.parseInt(args[0]), Path.of(args[1]));
    }

    static void train(int port, Path root) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            new TrainingClient(socket).train(Files.createDirectory(root.resolve("blockmgr-" + UUID.randomUUID())));
        }
    }

    private void train(Path localDir) throws IOException {
        write(localDir);
        call(new RegisterDriver(APP_ID, HEARTBEAT_TIMEOUT_MILLIS));
        send(ONE_WAY_MESSAGE, new ShuffleServiceHeartbeat(APP_ID).toByteBuffer());
        call(new RegisterExecutor(
                APP_ID,
                EXECUTOR_ID,
                new ExecutorShuffleInfo(
                        new String[] {localDir.toString()},
                        SUB_DIRS,
                        "org.apache.spark.shuffle.sort.SortShuffleManager")));
        fetch(new FetchShuffleBlocks(APP_ID, EXECUTOR_ID, 0, new long[] {0}, new int[][] {{0, 1}}, false));
        fetch(new OpenBlocks(APP_ID, EXECUTOR_ID, new String[] {"shuffle_0_0_0", "shuffle_0_0_1"}));
    }

    private static void write(Path localDir) throws IOException {
        ByteBuffer index =
                ByteBuffer.allocate((BLOCK_BYTES.length + 1) * Long.BYTES).putLong(0);
        long end = 0;
        for (int bytes : BLOCK_BYTES) {
            end += bytes;
            index.putLong(end);
        }
        write(localDir, "shuffle_0_0_0.data", new byte[(int) end]);
        write(localDir, "shuffle_0_0_0.index", index.array());
    }

    /** By the rule of Spark's {@code ExecutorDiskUtils}. */
    private static void write(Path localDir, String name, byte[] content) throws IOException {
        Path subDir = localDir.resolve(String.format("%02x", Math.absExact(name.hashCode()) % SUB_DIRS));
        Files.write(Files.createDirectories(subDir).resolve(name), content);
    }

    private void fetch(BlockTransferMessage request) throws IOException {
        StreamHandle stream = (StreamHandle) BlockTransferMessage.Decoder.fromByteBuffer(call(request));
        for (int chunk = 0; chunk < stream.numChunks; chunk++) {
            out.writeLong(Long.BYTES + TYPE_BYTES + STREAM_CHUNK_BYTES);
            out.writeByte(CHUNK_REQUEST);
            out.writeLong(stream.streamId);
            out.writeInt(chunk);
            int bytes = read(CHUNK_SUCCESS).remaining() - STREAM_CHUNK_BYTES;
            if (bytes != BLOCK_BYTES[chunk]) {
                throw new IOException("block of " + bytes + " bytes (expected: " + BLOCK_BYTES[chunk] + ")");
            }
        }
    }

    private ByteBuffer call(BlockTransferMessage request) throws IOException {
        send(RPC_REQUEST, request.toByteBuffer());
        ByteBuffer answer = read(RPC_RESPONSE);
        answer.position(answer.position() + Long.BYTES + Integer.BYTES);
        return answer.slice();
    }

    private void send(byte type, ByteBuffer body) throws IOException {
        boolean answered = type == RPC_REQUEST;
        int head = TYPE_BYTES + (answered ? Long.BYTES : 0) + Integer.BYTES;
        out.writeLong(Long.BYTES + head + body.remaining());
        out.writeByte(type);
        if (answered) {
            out.writeLong(++requests);
        }
        out.writeInt(body.remaining());
        out.write(body.array(), body.arrayOffset() + body.position(), body.remaining());
        out.flush();
    }

    private ByteBuffer read(byte expected) throws IOException {
        int length = Math.toIntExact(in.readLong()) - Long.BYTES - TYPE_BYTES;
        byte type = in.readByte();
        ByteBuffer rest = ByteBuffer.wrap(in.readNBytes(length));
        if (type != expected) {
            throw new IOException("frame of type " + type + " (expected: " + expected + ')');
        }
        return rest;
    }
}
