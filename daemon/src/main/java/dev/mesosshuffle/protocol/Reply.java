package dev.mesosshuffle.protocol;

import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.CorruptionCause;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.network.buffer.NioManagedBuffer;
import org.apache.spark.network.protocol.ChunkFetchFailure;
import org.apache.spark.network.protocol.Encodable;
import org.apache.spark.network.protocol.Message;
import org.apache.spark.network.protocol.RpcFailure;
import org.apache.spark.network.protocol.RpcResponse;
import org.apache.spark.network.protocol.StreamChunkId;
import org.apache.spark.network.protocol.StreamFailure;
import org.apache.spark.network.protocol.StreamResponse;
import org.apache.spark.network.shuffle.checksum.Cause;
import org.apache.spark.network.shuffle.protocol.BlockTransferMessage;
import org.apache.spark.network.shuffle.protocol.BlocksRemoved;
import org.apache.spark.network.shuffle.protocol.LocalDirsForExecutors;
import org.apache.spark.network.shuffle.protocol.StreamHandle;

/**
 * One reply: the bytes of its frame before the block, which the sender appends. Immutable, for any thread.
 */
public final class Reply {
    /** Clients read a whole chunk into one frame, and no frame of 2 GiB or more. */
    public static final long MAX_CHUNK_BYTES = Integer.MAX_VALUE - 64L;

    /** The length of a reply with the local dirs of no executor: headers, numbers of strings, and the type. */
    public static final int LOCAL_DIRS_BYTES = 64;

    private static final byte[] EMPTY = new byte[0];
    private static final int LENGTH_BYTES = 8;

    /** Room for two ids of the greatest length. Clients log it. */
    static final int MAX_ERROR_BYTES = 4000;

    private final Message.Type type;
    private final Encodable fields;
    private final byte[] body;
    private final long blockBytesInFrame;

    private Reply(Message.Type type, Encodable fields, byte[] body, long blockBytesInFrame) {
        this.type = type;
        this.fields = fields;
        this.body = body;
        this.blockBytesInFrame = blockBytesInFrame;
    }

    /** An RPC succeeded without a result. */
    public static Reply done(long requestId) {
        return rpc(requestId, ByteBuffer.wrap(EMPTY));
    }

    /** An RPC failed; the text comes from {@link ProtocolErrors}. */
    public static Reply failed(long requestId, String error) {
        return withoutBody(new RpcFailure(requestId, printable(error)));
    }

    /**
     * A step of a handshake succeeded.
     *
     * @param body the bytes for the client
     */
    public static Reply handshake(long requestId, ByteBuffer body) {
        return rpc(requestId, body);
    }

    /** A stream was opened. */
    public static Reply streamOpened(long requestId, long streamId, int chunks) {
        return rpc(requestId, new StreamHandle(streamId, chunks));
    }

    /** This number of blocks was removed. */
    public static Reply blocksRemoved(long requestId, int blocks) {
        return rpc(requestId, new BlocksRemoved(blocks));
    }

    /** The local dirs of executors, by executor id. */
    public static Reply localDirs(long requestId, Map<String, ExecutorShuffleInfo> executors) {
        Map<String, String[]> dirs = new HashMap<>();
        executors.forEach((execId, info) -> dirs.put(execId, info.localDirs().toArray(String[]::new)));
        return rpc(requestId, new LocalDirsForExecutors(dirs));
    }

    /** An upper bound of the bytes that one executor adds to the reply with the local dirs of several. */
    public static long localDirsBytes(String execId, ExecutorShuffleInfo info) {
        // Each text has its length before it, and each executor the number of its dirs.
        long bytes = 2L * Integer.BYTES + ByteBufUtil.utf8Bytes(execId);
        for (String dir : info.localDirs()) {
            bytes += Integer.BYTES + ByteBufUtil.utf8Bytes(dir);
        }
        return bytes;
    }

    /** The cause of a wrong checksum. */
    public static Reply corruptionCause(long requestId, CorruptionCause cause) {
        return rpc(
                requestId, new org.apache.spark.network.shuffle.protocol.CorruptionCause(Cause.valueOf(cause.name())));
    }

    /** A chunk; its bytes follow in the same frame. */
    public static Reply chunk(long streamId, int chunkIndex, long blockBytes) {
        return new Reply(Message.Type.ChunkFetchSuccess, new StreamChunkId(streamId, chunkIndex), EMPTY, blockBytes);
    }

    /** A chunk cannot be served. */
    public static Reply chunkFailed(long streamId, int chunkIndex, String error) {
        return withoutBody(new ChunkFetchFailure(new StreamChunkId(streamId, chunkIndex), printable(error)));
    }

    /** A chunk that was requested outside of frames; its bytes follow the frame. */
    public static Reply stream(String streamChunkId, long blockBytes) {
        return withoutBody(new StreamResponse(streamChunkId, blockBytes, new NioManagedBuffer(ByteBuffer.wrap(EMPTY))));
    }

    /** A chunk that was requested outside of frames cannot be served. */
    public static Reply streamFailed(String streamChunkId, String error) {
        return withoutBody(new StreamFailure(streamChunkId, printable(error)));
    }

    /** The one way of an error to a client: whatever it quotes can fool neither a log nor a terminal. */
    private static String printable(String error) {
        return Sanitizer.line(error, MAX_ERROR_BYTES);
    }

    private static Reply withoutBody(Message message) {
        return new Reply(message.type(), message, EMPTY, 0);
    }

    private static Reply rpc(long requestId, BlockTransferMessage message) {
        return rpc(requestId, message.toByteBuffer());
    }

    private static Reply rpc(long requestId, ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.duplicate().get(bytes);
        RpcResponse message = new RpcResponse(requestId, new NioManagedBuffer(body));
        return new Reply(message.type(), message, bytes, 0);
    }

    /** The number of bytes that {@link #writeTo} writes. */
    public int encodedLength() {
        return LENGTH_BYTES + type.encodedLength() + fields.encodedLength() + body.length;
    }

    /**
     * Writes the reply without its block.
     *
     * @param out a buffer with at least {@link #encodedLength()} writable bytes
     */
    public void writeTo(ByteBuf out) {
        out.writeLong(encodedLength() + blockBytesInFrame);
        type.encode(out);
        fields.encode(out);
        out.writeBytes(body);
    }
}
