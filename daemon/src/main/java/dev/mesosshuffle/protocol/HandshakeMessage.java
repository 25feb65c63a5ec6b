package dev.mesosshuffle.protocol;

import io.netty.buffer.ByteBuf;
import java.util.Set;
import org.apache.spark.network.protocol.Message;
import org.jspecify.annotations.Nullable;

/** A client's request that is a step of a handshake: an RPC whose body begins with a tag that no other message has. Immutable. */
public final class HandshakeMessage {
    private static final int REQUEST_ID = Byte.BYTES;
    private static final int BODY = REQUEST_ID + Long.BYTES + Integer.BYTES;

    private final long requestId;
    private final Kind kind;
    private final byte[] body;

    /** What kind of handshake a message belongs to. */
    public enum Kind {
        /** SASL, of any version of Spark. */
        SASL(0xea),
        /** The challenge of Spark 2.2 to 3.1.2. */
        CHALLENGE(0xfa),
        /** The key exchange of Spark 3.1.3 and newer. */
        KEY_EXCHANGE(0xfb);

        private static final Set<Kind> ALL = Set.of(values());

        private final byte tag;

        Kind(int tag) {
            this.tag = (byte) tag;
        }
    }

    private HandshakeMessage(long requestId, Kind kind, byte[] body) {
        this.requestId = requestId;
        this.kind = kind;
        this.body = body;
    }

    /**
     * Reads a frame.
     *
     * @param frame the frame's bytes without its length; its position is left alone
     * @param maxBodyBytes the longest body that is copied
     * @return null if it is another kind of request, or none
     * @throws MalformedMessageException if its body is longer
     */
    public static @Nullable HandshakeMessage of(ByteBuf frame, int maxBodyBytes) throws MalformedMessageException {
        int start = frame.readerIndex();
        if (frame.readableBytes() <= BODY || frame.getByte(start) != Message.Type.RpcRequest.id()) {
            return null;
        }
        byte tag = frame.getByte(start + BODY);
        for (Kind kind : Kind.ALL) {
            if (kind.tag == tag) {
                int bytes = frame.readableBytes() - BODY;
                if (bytes > maxBodyBytes) {
                    throw new MalformedMessageException(
                            "handshake of " + bytes + " bytes (expected: at most " + maxBodyBytes + ")");
                }
                byte[] body = new byte[bytes];
                frame.getBytes(start + BODY, body);
                return new HandshakeMessage(frame.getLong(start + REQUEST_ID), kind, body);
            }
        }
        return null;
    }

    /** Whether a message that begins with a byte is a step of a handshake. */
    static boolean isTag(byte first) {
        for (Kind kind : Kind.ALL) {
            if (kind.tag == first) {
                return true;
            }
        }
        return false;
    }

    /** The client's number for the request. */
    public long requestId() {
        return requestId;
    }

    /** What kind of handshake it belongs to. */
    public Kind kind() {
        return kind;
    }

    /** The message itself, tag included; not a copy. */
    public byte[] body() {
        return body;
    }
}
