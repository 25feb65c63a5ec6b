package dev.mesosshuffle.transport;

import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes one connection's replies: a small block together with its header as one buffer, a large one as header and
 * file region, so that the kernel copies it. What was queued leaves with one flush.
 *
 * <p><b>Concurrency:</b> replies are queued on any thread and written on the connection's event loop. {@link
 * #outstandingBytes} is an upper bound of what the queue and the channel hold.
 */
final class ReplyWriter {
    /** Up to this size a block is cheaper to copy than to send as a file region. */
    static final int SMALL_BLOCK_BYTES = 64 * 1024;

    /** A connection that holds this much gets no more blocks until its peer has read some. */
    private static final long HIGH_WATERMARK_BYTES = 512 * 1024;

    private static final long LOW_WATERMARK_BYTES = HIGH_WATERMARK_BYTES / 2;

    /** A region holds a descriptor, not memory; so that a few are under way at a time, it counts for no more. */
    private static final long REGION_WEIGHT_BYTES = HIGH_WATERMARK_BYTES / 4;

    private final Channel channel;
    private final BufferBudget budget;
    private final Listener listener;
    private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong outstandingBytes = new AtomicLong();
    private volatile boolean wasFull;

    /** Told, on the event loop, what became of replies. */
    interface Listener {
        /** A reply has left, or never will. */
        void onReplySent(boolean success);

        /** There is room for blocks again. */
        void onRoomForBlocks();
    }

    private record Outgoing(
            ByteBuf head,
            @Nullable SegmentRegion region,
            long weight,
            @Nullable Runnable sent) {}

    ReplyWriter(Channel channel, BufferBudget budget, Listener listener) {
        this.channel = channel;
        this.budget = budget;
        this.listener = listener;
    }

    void queue(Reply reply) {
        enqueue(head(reply, 0), null, 0, null);
    }

    /** Queues a reply with a block, as {@link dev.mesosshuffle.dispatch.Connection#send} describes it. */
    void queue(Reply reply, OpenSegment block, Runnable sent) throws IOException {
        long length = block.length();
        if (length > SMALL_BLOCK_BYTES) {
            // The region owns the block from here on; nothing below fails.
            SegmentRegion region = new SegmentRegion(block);
            enqueue(head(reply, 0), region, Math.min(length, REGION_WEIGHT_BYTES), sent);
            return;
        }
        ByteBuf whole;
        try (block) {
            whole = withBlock(reply, block, (int) length);
        }
        enqueue(whole, null, whole.capacity(), sent);
    }

    private ByteBuf head(Reply reply, int extraBytes) {
        ByteBuf head = channel.alloc().directBuffer(reply.encodedLength() + extraBytes);
        reply.writeTo(head);
        return head;
    }

    private ByteBuf withBlock(Reply reply, OpenSegment block, int length) throws IOException {
        ByteBuf whole = head(reply, length);
        try {
            int done = 0;
            while (done < length) {
                int read = whole.writeBytes(block.channel(), block.offset() + done, length - done);
                if (read < 0) {
                    throw new EOFException("file ended at " + block.channel().size() + " (expected: "
                            + (block.offset() + length) + " bytes)");
                }
                done += read;
            }
            return whole;
        } catch (IOException | RuntimeException e) {
            whole.release();
            throw e;
        }
    }

    private void enqueue(ByteBuf head, @Nullable SegmentRegion region, long weight, @Nullable Runnable sent) {
        outstandingBytes.addAndGet(weight);
        if (region == null) {
            budget.take(weight);
        }
        queue.add(new Outgoing(head, region, weight, sent));
    }

    /** Has all that is queued leave. */
    void flush() {
        if (channel.eventLoop().inEventLoop()) {
            drain();
            return;
        }
        try {
            channel.eventLoop().execute(this::drain);
        } catch (RejectedExecutionException e) {
            // The loops are gone, and with them every connection.
            discard();
        }
    }

    private void drain() {
        boolean any = false;
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            write(next);
            any = true;
        }
        if (any) {
            channel.flush();
        }
    }

    private void write(Outgoing next) {
        ChannelFuture written = channel.write(next.head());
        if (next.region() != null) {
            written = channel.write(next.region());
        }
        written.addListener(future -> finish(next, future.isSuccess()));
    }

    private void finish(Outgoing done, boolean success) {
        account(done);
        listener.onReplySent(success);
        if (wasFull && outstandingBytes.get() < LOW_WATERMARK_BYTES) {
            wasFull = false;
            listener.onRoomForBlocks();
        }
    }

    private void account(Outgoing done) {
        outstandingBytes.addAndGet(-done.weight());
        if (done.region() == null) {
            budget.giveBack(done.weight());
        }
        if (done.sent() != null) {
            done.sent().run();
        }
    }

    private void discard() {
        for (Outgoing next = queue.poll(); next != null; next = queue.poll()) {
            ReferenceCountUtil.release(next.head());
            ReferenceCountUtil.release(next.region());
            account(next);
        }
    }

    /**
     * Whether another block may be read. A connection that holds nothing may always have one, so that no connection
     * waits for another's peer.
     */
    boolean hasRoomForBlocks() {
        long outstanding = outstandingBytes.get();
        if (outstanding == 0 || (outstanding < HIGH_WATERMARK_BYTES && !budget.isExhausted())) {
            return true;
        }
        wasFull = true;
        return false;
    }

    /** Whether nothing is queued or on its way out. */
    boolean isIdle() {
        return queue.isEmpty() && outstandingBytes.get() == 0;
    }
}
