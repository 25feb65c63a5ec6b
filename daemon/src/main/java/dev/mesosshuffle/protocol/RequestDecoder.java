package dev.mesosshuffle.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.protocol.ChunkFetchRequest;
import org.apache.spark.network.protocol.MergedBlockMetaRequest;
import org.apache.spark.network.protocol.Message;
import org.apache.spark.network.protocol.OneWayMessage;
import org.apache.spark.network.protocol.RpcRequest;
import org.apache.spark.network.protocol.StreamRequest;
import org.apache.spark.network.protocol.UploadStream;

/**
 * Decodes one frame, without its length, into a {@link Request}. Spark's message classes read it, after every length in the
 * frame was validated. For any thread.
 */
public final class RequestDecoder {
    private static final Message.Type[] TYPES = Message.Type.values();

    private RequestDecoder() {}

    /**
     * Decodes a frame.
     *
     * @param frame the frame's bytes; the caller releases them
     * @return the request; a malformed message inside a valid frame becomes an {@link RpcMessage.Invalid}
     * @throws MalformedMessageException if this is no frame that a client sends; the connection must be closed
     */
    public static Request decode(ByteBuf frame) throws MalformedMessageException {
        if (!frame.isReadable()) {
            throw new MalformedMessageException("frame of 0 bytes (expected: at least 1, its type)");
        }
        byte id = frame.readByte();
        return switch (type(id)) {
            case ChunkFetchRequest -> fetchChunk(frame);
            case StreamRequest -> fetchStream(frame);
            case RpcRequest -> rpc(frame);
            case OneWayMessage -> oneWay(frame);
            case UploadStream -> upload(frame);
            case MergedBlockMetaRequest -> mergedBlockMeta(frame);
            default ->
                throw new MalformedMessageException("frame type: " + type(id) + " (expected: that of a request)");
        };
    }

    /** Finds the type of a frame. Spark's own lookup throws an exception whose text is not meant for clients. */
    private static Message.Type type(byte id) throws MalformedMessageException {
        for (Message.Type type : TYPES) {
            if (type.id() == id) {
                return type;
            }
        }
        throw new MalformedMessageException("frame type: " + id + " (expected: that of a request)");
    }

    private static Request fetchChunk(ByteBuf frame) throws MalformedMessageException {
        new LengthValidator(frame).skip("streamId", Long.BYTES).skip("chunkIndex", Integer.BYTES);
        ChunkFetchRequest message = ChunkFetchRequest.decode(frame);
        return new Request.FetchChunk(message.streamChunkId.streamId, message.streamChunkId.chunkIndex);
    }

    private static Request fetchStream(ByteBuf frame) throws MalformedMessageException {
        new LengthValidator(frame).string("streamId");
        return new Request.FetchStream(StreamRequest.decode(frame).streamId);
    }

    private static Request rpc(ByteBuf frame) throws MalformedMessageException {
        // The length of the body is ignored, as in Spark: the frame's own length counts.
        new LengthValidator(frame).skip("requestId", Long.BYTES).skip("length of the body", Integer.BYTES);
        RpcRequest message = RpcRequest.decode(frame);
        return new Request.Rpc(message.requestId, body(message.body()));
    }

    private static Request oneWay(ByteBuf frame) throws MalformedMessageException {
        new LengthValidator(frame).skip("length of the body", Integer.BYTES);
        return new Request.OneWay(body(OneWayMessage.decode(frame).body()));
    }

    private static Request upload(ByteBuf frame) throws MalformedMessageException {
        new LengthValidator(frame)
                .skip("requestId", Long.BYTES)
                .string("metadata")
                .skip("length of the body", Long.BYTES);
        UploadStream message = UploadStream.decode(frame);
        message.meta.release();
        return new Request.Upload(message.requestId);
    }

    private static Request mergedBlockMeta(ByteBuf frame) throws MalformedMessageException {
        new LengthValidator(frame)
                .skip("requestId", Long.BYTES)
                .string("appId")
                .skip("shuffleId, shuffleMergeId and reduceId", 3 * Integer.BYTES);
        return new Request.MergedBlockMeta(MergedBlockMetaRequest.decode(frame).requestId);
    }

    /** Decodes the body of a message of Spark, and releases the reference that the message holds. */
    private static RpcMessage body(ManagedBuffer body) {
        try {
            return RpcDecoder.decode(Unpooled.wrappedBuffer(body.nioByteBuffer()));
        } catch (IOException e) {
            throw new UncheckedIOException("a body in memory cannot fail to be read", e);
        } finally {
            body.release();
        }
    }
}
