package dev.mesosshuffle.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.apache.spark.network.protocol.Message;

/**
 * Decodes one frame, without its length, into a {@link Request}, after every length in the frame was validated. For any
 * thread.
 */
public final class RequestDecoder {
    private static final Message.Type[] TYPES = Message.Type.values();

    /** A stream and a chunk, {@code 17_0}, are far shorter. */
    private static final int MAX_STREAM_ID_BYTES = 256;

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

    /**
     * Returns a request in place of one that is not decoded: it gets a failure as its reply.
     *
     * @param frame the frame's bytes
     * @param error the text for the client, from {@link ProtocolErrors}
     * @throws MalformedMessageException if this is no frame that gets such a reply; the connection must be closed
     */
    public static Request refused(ByteBuf frame, String error) throws MalformedMessageException {
        byte id = frame.isReadable() ? frame.getByte(frame.readerIndex()) : -1;
        if (id == Message.Type.RpcRequest.id()) {
            new LengthValidator(frame).skip("type", Byte.BYTES).skip("requestId", Long.BYTES);
            return new Request.Rpc(frame.getLong(frame.readerIndex() + Byte.BYTES), new RpcMessage.Invalid(error));
        }
        if (id == Message.Type.OneWayMessage.id()) {
            return new Request.OneWay(new RpcMessage.Invalid(error));
        }
        throw new MalformedMessageException("frame type: " + id + " of " + frame.readableBytes()
                + " bytes (expected: that of a request with a body)");
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
        return new Request.FetchChunk(frame.readLong(), frame.readInt());
    }

    private static Request fetchStream(ByteBuf frame) throws MalformedMessageException {
        new LengthValidator(frame).string("streamId");
        int length = frame.readInt();
        if (length > MAX_STREAM_ID_BYTES) {
            throw new MalformedMessageException(
                    "streamId of " + length + " bytes (expected: at most " + MAX_STREAM_ID_BYTES + ")");
        }
        return new Request.FetchStream(frame.toString(frame.readerIndex(), length, StandardCharsets.UTF_8));
    }

    private static Request rpc(ByteBuf frame) throws MalformedMessageException {
        // The length of the body is ignored, as in Spark: the frame's own length counts.
        new LengthValidator(frame).skip("requestId", Long.BYTES).skip("length of the body", Integer.BYTES);
        long requestId = frame.readLong();
        return new Request.Rpc(requestId, RpcDecoder.decode(frame.skipBytes(Integer.BYTES)));
    }

    private static Request oneWay(ByteBuf frame) throws MalformedMessageException {
        new LengthValidator(frame).skip("length of the body", Integer.BYTES);
        return new Request.OneWay(RpcDecoder.decode(frame.skipBytes(Integer.BYTES)));
    }

    private static Request upload(ByteBuf frame) throws MalformedMessageException {
        new LengthValidator(frame)
                .skip("requestId", Long.BYTES)
                .string("metadata")
                .skip("length of the body", Long.BYTES);
        return new Request.Upload(frame.readLong());
    }

    private static Request mergedBlockMeta(ByteBuf frame) throws MalformedMessageException {
        new LengthValidator(frame)
                .skip("requestId", Long.BYTES)
                .string("appId")
                .skip("shuffleId, shuffleMergeId and reduceId", 3 * Integer.BYTES);
        return new Request.MergedBlockMeta(frame.readLong());
    }
}
