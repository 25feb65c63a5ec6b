package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes one connection's replies in the order in which they were queued. What was queued leaves with one flush; a
 * large block, which leaves window by window, holds up what is behind it, for it is one frame.
 *
 * <p><b>Concurrency:</b> replies are queued on any thread and written on the connection's event loop. {@link
 * #outstandingBytes} is an upper bound of what the queue and the channel hold.
 */
final class ReplyWriter {
    /** A connection that holds this much, or its share, gets no more blocks until its peer has read some. */
    private static final long HIGH_WATERMARK_BYTES = 512 * 1024;

    private static final long LOW_WATERMARK_BYTES = HIGH_WATERMARK_BYTES / 2;

    private final Channel channel;
    private final ReplyBufferPool buffers;
    private final Ticker ticker;
    private final Listener listener;
    private final Queue<PendingWrite> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong outstandingBytes = new AtomicLong();
    private volatile boolean wasFull;
    private boolean draining;
    private @Nullable BlockTransfer transfer;

    /** Told, on the event loop, what became of replies. */
    interface Listener {
        /** Replies have left, or never will. */
        void onRepliesSent(int count, boolean success);

        /** There is room for blocks again. */
        void onRoomForBlocks();

        /** A block cannot be read to its end, while its beginning has left: the connection cannot go on. */
        void onUnreadableBlock(Throwable cause);
    }

    /**
     * Creates a writer.
     *
     * @param ticker the time
     */
    ReplyWriter(Channel channel, ReplyBufferPool buffers, Ticker ticker, Listener listener) {
        this.channel = channel;
        this.buffers = buffers;
        this.ticker = ticker;
        this.listener = listener;
    }

    /** Queues a reply without a block. */
    void queue(Reply reply) {
        ByteBuf bytes = buffers.take(reply.encodedLength());
        reply.writeTo(bytes);
        queue(PendingWrite.replies(bytes, 1, null));
    }

    void queue(PendingWrite outgoing) {
        outstandingBytes.addAndGet(outgoing.weight());
        queue.add(outgoing);
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
            discard();
        }
    }

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        boolean any = false;
        while (transfer == null) {
            PendingWrite next = queue.poll();
            if (next == null) {
                break;
            }
            write(next);
            any = true;
        }
        draining = false;
        if (any) {
            channel.flush();
        }
    }

    private void write(PendingWrite next) {
        OpenSegment block = next.block();
        // One reference goes with the write, and one stays, to be given back.
        next.bytes().retain();
        if (block == null) {
            channel.write(next.bytes()).addListener(future -> finish(next, future.isSuccess()));
        } else {
            transfer = new BlockTransfer(channel, block, next.readyNanos(), ticker, new TransferListener(next));
            transfer.start(next.bytes());
        }
    }

    private void finish(PendingWrite done, boolean success) {
        account(done);
        listener.onRepliesSent(done.replies(), success);
        if (wasFull && outstandingBytes.get() < LOW_WATERMARK_BYTES) {
            wasFull = false;
            listener.onRoomForBlocks();
        }
    }

    private void account(PendingWrite done) {
        outstandingBytes.addAndGet(-done.weight());
        buffers.giveBack(done.bytes());
        if (done.answered() != null) {
            done.answered().accept(done.replies());
        }
    }

    /** Gives back what is queued, for there is no event loop any more that could send it. */
    void discard() {
        for (PendingWrite next = queue.poll(); next != null; next = queue.poll()) {
            if (next.block() != null) {
                next.block().close();
            }
            account(next);
        }
    }

    /**
     * Whether another block may be read. A connection that holds nothing may always have one, so that no connection
     * waits for another's peer.
     */
    boolean hasRoomForBlocks() {
        long outstanding = outstandingBytes.get();
        if (outstanding == 0 || outstanding < Math.min(HIGH_WATERMARK_BYTES, buffers.share())) {
            return true;
        }
        wasFull = true;
        return false;
    }

    /** Whether nothing is queued or on its way out. */
    boolean isIdle() {
        return queue.isEmpty() && outstandingBytes.get() == 0;
    }

    private final class TransferListener implements BlockTransfer.Listener {
        private final PendingWrite outgoing;

        private TransferListener(PendingWrite outgoing) {
            this.outgoing = outgoing;
        }

        @Override
        public void onHandedOver() {
            transfer = null;
            drain();
        }

        @Override
        public void onUnreadable(Throwable cause) {
            listener.onUnreadableBlock(cause);
        }

        @Override
        public void onFinished(boolean success) {
            finish(outgoing, success);
        }
    }
}
