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
 * @param replies how many replies these are
 * @param weight what it counts for against the connection's watermark, in bytes
 * @param answered is told how many replies have left, or never will; null if nobody wants to know
 */
record Outgoing(
        ByteBuf bytes,
        @Nullable OpenSegment block,
        int replies,
        long weight,
        @Nullable IntConsumer answered) {}
