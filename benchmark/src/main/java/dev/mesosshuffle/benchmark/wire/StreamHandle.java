package dev.mesosshuffle.benchmark.wire;

import java.nio.ByteBuffer;

/**
 * The answer to a request that opens a stream.
 *
 * @param streamId names the stream on its connection
 * @param chunks how many chunks it has
 */
public record StreamHandle(long streamId, int chunks) {
    /** Reads the rest of an RPC's answer behind its type: request id, length, and the handle. */
    public static StreamHandle read(ByteBuffer answer) {
        answer.getLong();
        answer.getInt();
        byte type = answer.get();
        if (type != BodyType.STREAM_HANDLE) {
            throw new IllegalArgumentException(
                    "message type: " + type + " (expected: " + BodyType.STREAM_HANDLE + ", a stream handle)");
        }
        return new StreamHandle(answer.getLong(), answer.getInt());
    }
}
