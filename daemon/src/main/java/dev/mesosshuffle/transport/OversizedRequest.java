package dev.mesosshuffle.transport;

import io.netty.buffer.ByteBuf;
import org.apache.spark.network.protocol.Message;
import org.jspecify.annotations.Nullable;

/**
 * A valid request in a frame that exceeds this service's limit, recognised by its first bytes. It differs from garbage in
 * that Spark can send a frame of its length, its type has a body, and the body's length matches the frame's.
 *
 * @param frameBytes the frame's length in bytes
 * @param requestId the client's number for the request, or null for a one-way message
 */
record OversizedRequest(long frameBytes, @Nullable Long requestId) {
    /** The number of bytes needed to recognise a request. */
    static final int HEAD_BYTES = Long.BYTES + Byte.BYTES + Long.BYTES + Integer.BYTES;

    private static final int TYPE = Long.BYTES;
    private static final int REQUEST_ID = TYPE + Byte.BYTES;
    private static final int RPC_BODY_LENGTH = REQUEST_ID + Long.BYTES;
    private static final int ONE_WAY_BODY_LENGTH = REQUEST_ID;

    /** Whether a frame can be a request, by its length, since a body's length is an int, and by its type if that has arrived. */
    static boolean mayBe(long frameBytes, ByteBuf in) {
        if (frameBytes > HEAD_BYTES + (long) Integer.MAX_VALUE) {
            return false;
        }
        if (in.readableBytes() <= TYPE) {
            return true;
        }
        byte type = in.getByte(in.readerIndex() + TYPE);
        return type == Message.Type.RpcRequest.id() || type == Message.Type.OneWayMessage.id();
    }

    /**
     * Parses the head of a frame.
     *
     * @param in at least {@link #HEAD_BYTES} of the frame, starting with its length; its position is left alone
     * @return the request, or null if the frame is none
     */
    static @Nullable OversizedRequest of(ByteBuf in) {
        int start = in.readerIndex();
        long frameBytes = in.getLong(start);
        byte type = in.getByte(start + TYPE);
        if (type == Message.Type.RpcRequest.id()
                && in.getInt(start + RPC_BODY_LENGTH) == frameBytes - RPC_BODY_LENGTH - Integer.BYTES) {
            return new OversizedRequest(frameBytes, in.getLong(start + REQUEST_ID));
        }
        if (type == Message.Type.OneWayMessage.id()
                && in.getInt(start + ONE_WAY_BODY_LENGTH) == frameBytes - ONE_WAY_BODY_LENGTH - Integer.BYTES) {
            return new OversizedRequest(frameBytes, null);
        }
        return null;
    }
}
