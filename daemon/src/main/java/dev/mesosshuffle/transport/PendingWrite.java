package dev.mesosshuffle.transport;

import dev.mesosshuffle.model.OpenSegment;
import io.netty.buffer.ByteBuf;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What leaves in one piece: the bytes of one or more replies, and behind them, perhaps, a block from its file.
 *
 * @param bytes the replies; owned
 * @param block the block that follows; owned, and null if there is none
 * @param readyNanos when the beginning of the block was seen in the page cache; 0 if there is none
 * @param replies how many replies these are
 * @param weight what it counts for against the connection's watermark, in bytes
 * @param answered is told how many replies have left, or never will; null if nobody wants to know
 */
record PendingWrite(
        ByteBuf bytes,
        @Nullable OpenSegment block,
        long readyNanos,
        int replies,
        long weight,
        @Nullable IntConsumer answered) {
    /** Replies that are in memory as a whole. */
    static PendingWrite replies(ByteBuf bytes, int replies, @Nullable IntConsumer answered) {
        return new PendingWrite(bytes, null, 0, replies, bytes.capacity(), answered);
    }

    /** A reply with a block that leaves from its file. */
    static PendingWrite block(ByteBuf head, OpenSegment block, long readyNanos, IntConsumer answered) {
        return new PendingWrite(head, block, readyNanos, 1, BlockTransfer.WEIGHT_BYTES, answered);
    }
}
