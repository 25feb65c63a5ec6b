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
 * Writes one connection's replies in the order in which they were queued, with one flush for all of them. A large block,
 * which is sent window by window, delays the replies after it, because it is one frame.
 *
 * <p><b>Concurrency:</b> replies are queued on any thread and written on the connection's event loop. {@link
 * #outstandingBytes} is an upper bound of the bytes in the queue and the channel.
 */
final class ReplyWriter {
    /** A connection with this many outstanding bytes, or its share, is not writable until its peer has read some. */
    private static final long HIGH_WATERMARK_BYTES = 512 * 1024;

    private static final long LOW_WATERMARK_BYTES = HIGH_WATERMARK_BYTES / 2;

    private final Channel channel;
    private final ReplyBufferPool buffers;
    private final Ticker ticker;
    private final Listener listener;
    private final AnswerLimit answers;
    private final Queue<PendingWrite> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong outstandingBytes = new AtomicLong();
    private volatile boolean notWritable;
    private boolean draining;
    private boolean sendsCopies;
    private @Nullable BlockTransfer transfer;

    /** Receives the fate of replies, on the event loop. */
    interface Listener {
        /** Replies were sent, or never will be. */
        void onRepliesSent(int count, boolean success);

        /** The connection is writable again. */
        void onWritable();

        /** Something was written, and not all of it has been sent. */
        void onUnsent();

        /** The rest of a block cannot be read after its beginning was sent: the connection must be closed. */
        void onUnreadableBlock(Throwable cause);
    }

    /**
     * Creates a writer.
     *
     * @param ticker the clock
     */
    ReplyWriter(Channel channel, ReplyBufferPool buffers, Ticker ticker, Listener listener) {
        this.channel = channel;
        this.buffers = buffers;
        this.ticker = ticker;
        this.listener = listener;
        this.answers = buffers.newAnswerLimit();
    }

    /** From here on, nothing is sent from a file directly, since no cipher would see it. Only on the event loop. */
    void sendCopies() {
        sendsCopies = true;
    }

    /** The answers that are not sent yet. */
    AnswerLimit answers() {
        return answers;
    }

    /** Queues a reply without a block. */
    void queue(Reply reply) {
        ByteBuf bytes = buffers.acquire(reply.encodedLength());
        reply.writeTo(bytes);
        answers.add(bytes.capacity());
        queue(PendingWrite.replies(bytes, 1, null));
    }

    /** Queues replies; owns their buffer and block from here on. */
    void queue(PendingWrite write) {
        outstandingBytes.addAndGet(write.weight());
        queue.add(write);
    }

    /** Sends everything that is queued. For any thread. */
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
            if (!isIdle()) {
                listener.onUnsent();
            }
        }
    }

    private void write(PendingWrite next) {
        OpenSegment block = next.block();
        // The write releases one reference; the other one returns to the pool afterwards.
        next.bytes().retain();
        if (block == null) {
            channel.write(next.bytes()).addListener(future -> finish(next, future.isSuccess()));
        } else if (sendsCopies) {
            throw new UnsupportedOperationException("a copy of a large block");
        } else {
            transfer = new BlockTransfer(channel, block, next.readyNanos(), ticker, new TransferListener(next));
            transfer.start(next.bytes());
        }
    }

    private void finish(PendingWrite done, boolean success) {
        account(done);
        listener.onRepliesSent(done.replies(), success);
        if (notWritable && outstandingBytes.get() < LOW_WATERMARK_BYTES) {
            notWritable = false;
            listener.onWritable();
        }
    }

    private void account(PendingWrite done) {
        outstandingBytes.addAndGet(-done.weight());
        int bytes = done.bytes().capacity();
        buffers.release(done.bytes());
        if (done.onFinished() != null) {
            done.onFinished().accept(done.replies());
        } else {
            answers.remove(bytes);
        }
    }

    /** Releases everything that is queued, because the event loop that would send it has ended. */
    void discard() {
        for (PendingWrite next = queue.poll(); next != null; next = queue.poll()) {
            if (next.block() != null) {
                next.block().close();
            }
            account(next);
        }
    }

    /**
     * Whether another block may be queued. A connection without outstanding bytes is always writable, so that none waits
     * for the peer of another.
     */
    boolean isWritable() {
        long outstanding = outstandingBytes.get();
        if (outstanding == 0 || outstanding < Math.min(HIGH_WATERMARK_BYTES, buffers.perConnectionShare())) {
            return true;
        }
        notWritable = true;
        return false;
    }

    /** Whether nothing is queued or in the channel. */
    boolean isIdle() {
        return queue.isEmpty() && outstandingBytes.get() == 0;
    }

    private final class TransferListener implements BlockTransfer.Listener {
        private final PendingWrite write;

        private TransferListener(PendingWrite write) {
            this.write = write;
        }

        @Override
        public void onFullyQueued() {
            transfer = null;
            drain();
        }

        @Override
        public void onUnreadable(Throwable cause) {
            listener.onUnreadableBlock(cause);
        }

        @Override
        public void onFinished(boolean success) {
            finish(write, success);
        }
    }
}
