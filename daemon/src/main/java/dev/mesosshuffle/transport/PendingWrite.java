package dev.mesosshuffle.transport;

import dev.mesosshuffle.fetch.SendProgress;
import dev.mesosshuffle.model.OpenSegment;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a connection's write queue: the bytes of one or more replies, and optionally a block whose bytes follow.
 *
 * @param bytes the replies, and the beginning of a block that is sent in copies; owned
 * @param block the block that follows; owned; null if there is none
 * @param copiedBytes how many of the block's bytes are among those of the replies; 0 if it is sent from its file
 * @param readyNanos the time when the first window of a block that is sent from its file was known to be resident
 * @param replies the number of replies
 * @param weight what it counts for against the connection's watermarks, in bytes
 * @param progress learns of the replies that were sent or never will be; null for an answer, which counts against the {@link
 *     AnswerLimit} instead
 */
record PendingWrite(
        ByteBuf bytes,
        @Nullable OpenSegment block,
        int copiedBytes,
        long readyNanos,
        int replies,
        long weight,
        @Nullable SendProgress progress) {
    /** Replies that are completely in memory. */
    static PendingWrite replies(ByteBuf bytes, int replies, @Nullable SendProgress progress) {
        return new PendingWrite(bytes, null, 0, 0, replies, bytes.capacity(), progress);
    }

    /** A reply with a block that is sent from its file. */
    static PendingWrite block(ByteBuf head, OpenSegment block, long readyNanos, SendProgress progress) {
        return new PendingWrite(head, block, 0, readyNanos, 1, BlockTransfer.WEIGHT_BYTES, progress);
    }

    /** A reply with a block that is sent in copies, of which the first is in the same buffer. */
    static PendingWrite copiedBlock(ByteBuf first, OpenSegment block, int copiedBytes, SendProgress progress) {
        return new PendingWrite(first, block, copiedBytes, 0, 1, first.capacity(), progress);
    }
}
