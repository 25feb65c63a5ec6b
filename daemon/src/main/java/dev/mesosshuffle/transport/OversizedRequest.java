package dev.mesosshuffle.transport;

import io.netty.buffer.ByteBuf;
import org.apache.spark.network.protocol.Message;
import org.jspecify.annotations.Nullable;

/**
 * A valid request in a frame that is longer than this service takes, known by its first bytes alone. What tells it from
 * noise: the frame's length is one that Spark can send, its type is one that has a body, and the body's own length
 * fits the frame's.
 *
 * @param frameBytes the frame's length
 * @param requestId the client's number for it, or null if it wants no answer
 */
record OversizedRequest(long frameBytes, @Nullable Long requestId) {
    /** So many bytes of a frame are needed to know it. */
    static final int HEAD_BYTES = Long.BYTES + Byte.BYTES + Long.BYTES + Integer.BYTES;

    private static final int TYPE = Long.BYTES;
    private static final int REQUEST_ID = TYPE + Byte.BYTES;
    private static final int RPC_BODY_LENGTH = REQUEST_ID + Long.BYTES;
    private static final int ONE_WAY_BODY_LENGTH = REQUEST_ID;

    /** Whether a frame can be a request, as far as its length tells, for a body has an int's, and its type if it is here. */
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
     * Looks at the head of a frame.
     *
     * @param in at least {@link #HEAD_BYTES} of it, its length included; not read
     * @return the request, or null if it is none
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
