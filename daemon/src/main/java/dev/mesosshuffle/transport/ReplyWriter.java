package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes one connection's replies in the order in which they were queued, with one flush for all of them. A large block,
 * which is sent window by window, delays the replies after it, because it is one frame. It leaves from its file, or, where
 * the connection is encrypted, in copies.
 *
 * <p><b>Concurrency:</b> replies are queued on any thread and written on the connection's event loop. {@link
 * #outstandingBytes} is an upper bound of the bytes in the queue and the channel.
 */
final class ReplyWriter {
    /** A connection with this many outstanding bytes, or its share, is not writable until its peer has read some. */
    private static final long HIGH_WATERMARK_BYTES = 512 * 1024;

    private static final long LOW_WATERMARK_BYTES = HIGH_WATERMARK_BYTES / 2;

    private final Channel channel;
    private final Object diskClient;
    private final ReplyBufferPool buffers;
    private final Ticker ticker;
    private final Listener listener;
    private final AnswerLimit answers;
    private final Queue<PendingWrite> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong outstandingBytes = new AtomicLong();
    private final Runnable drainTask = this::drain;
    private volatile boolean notWritable;
    private volatile boolean sendsCopies;
    private boolean draining;
    /** Whether a large block is being written, which is one frame. */
    private boolean transferring;

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
     * @param diskClient whose turns at a disk the reads of large blocks take: the connection, as for its other reads
     * @param ticker the clock
     */
    ReplyWriter(Channel channel, Object diskClient, ReplyBufferPool buffers, Ticker ticker, Listener listener) {
        this.channel = channel;
        this.diskClient = diskClient;
        this.buffers = buffers;
        this.ticker = ticker;
        this.listener = listener;
        this.answers = buffers.newAnswerLimit();
    }

    /** The answers that are not sent yet. */
    AnswerLimit answers() {
        return answers;
    }

    /**
     * From now on no block leaves from its file, because what encrypts the connection needs its bytes in memory. To be called
     * on the event loop before the first request for a block is handled.
     */
    void sendCopies() {
        sendsCopies = true;
    }

    /** Whether large blocks are to be queued in copies. For any thread. */
    boolean sendsCopies() {
        return sendsCopies;
    }

    /** Queues a reply without a block. */
    void queue(Reply reply) {
        ByteBuf bytes = buffers.acquire(reply.encodedLength());
        int capacity = bytes.capacity();
        answers.add(capacity);
        boolean queued = false;
        try {
            reply.writeTo(bytes);
            queue(PendingWrite.replies(bytes, 1, null));
            queued = true;
        } finally {
            if (!queued) {
                buffers.release(bytes);
                answers.remove(capacity);
            }
        }
    }

    /** Queues replies; owns their buffer and block from here on, unless it throws for lack of memory. */
    void queue(PendingWrite write) {
        outstandingBytes.addAndGet(write.weight());
        boolean queued = false;
        try {
            queued = queue.add(write);
        } finally {
            if (!queued) {
                outstandingBytes.addAndGet(-write.weight());
            }
        }
    }

    /** Sends everything that is queued. For any thread. */
    void flush() {
        if (channel.eventLoop().inEventLoop()) {
            drain();
            return;
        }
        try {
            channel.eventLoop().execute(drainTask);
        } catch (RejectedExecutionException e) {
            discard();
        }
    }

    private void drain() {
        if (draining) {
            return;
        }
        try {
            if (writeQueued()) {
                channel.flush();
                if (!isIdle()) {
                    listener.onUnsent();
                }
            }
        } catch (RuntimeException | Error e) {
            // Netty would only log it.
            channel.pipeline().fireExceptionCaught(e);
        }
    }

    /** Writes what may be written now; returns whether that is anything. */
    private boolean writeQueued() {
        draining = true;
        boolean any = false;
        try {
            while (!transferring) {
                PendingWrite next = queue.poll();
                if (next == null) {
                    break;
                }
                any = true;
                try {
                    write(next);
                } catch (RuntimeException | Error e) {
                    giveUp(next, e);
                }
            }
        } finally {
            // Even if memory has run out: else nothing would be sent any more, nor given back once the connection is
            // closed.
            draining = false;
        }
        return any;
    }

    /** Writes an entry of the queue. If it throws, nothing of it was handed on. */
    private void write(PendingWrite next) {
        OpenSegment block = next.block();
        if (block == null) {
            ChannelPromise sent = channel.newPromise();
            sent.addListener(future -> onSent(next, future.isSuccess()));
            // From here on the promise is completed, whatever happens: Netty fails it where a handler throws. The write
            // releases one reference; the other one returns to the pool afterwards.
            next.bytes().retain();
            var unused = channel.write(next.bytes(), sent);
            return;
        }
        TransferListener progress = new TransferListener(next);
        if (next.copiedBytes() > 0) {
            CopiedBlockTransfer transfer =
                    new CopiedBlockTransfer(channel, diskClient, block, next.copiedBytes(), buffers, progress);
            transferring = true;
            transfer.start(next.bytes());
        } else {
            BlockTransfer transfer = new BlockTransfer(channel, diskClient, block, next.readyNanos(), ticker, progress);
            transferring = true;
            transfer.start(next.bytes());
        }
    }

    /** Gives an entry back that could not be written, as for lack of memory; the connection learns of it, and closes. */
    private void giveUp(PendingWrite next, Throwable cause) {
        if (next.block() != null) {
            next.block().close();
        }
        channel.pipeline().fireExceptionCaught(cause);
        onSent(next, false);
    }

    private void onSent(PendingWrite next, boolean success) {
        try {
            release(next);
            finish(next, success);
        } catch (RuntimeException | Error e) {
            channel.pipeline().fireExceptionCaught(e);
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

    private void release(PendingWrite done) {
        int bytes = done.bytes().capacity();
        buffers.release(done.bytes());
        if (done.progress() == null) {
            answers.remove(bytes);
        }
    }

    private void account(PendingWrite done) {
        outstandingBytes.addAndGet(-done.weight());
        if (done.progress() != null) {
            done.progress().onFinished(done.replies());
        }
    }

    /** Releases everything that is queued, because the event loop that would send it has ended. */
    void discard() {
        for (PendingWrite next = queue.poll(); next != null; next = queue.poll()) {
            if (next.block() != null) {
                next.block().close();
            }
            release(next);
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

        private boolean waitsForDisk;
        private long waitsSince;

        private TransferListener(PendingWrite write) {
            this.write = write;
        }

        @Override
        public void setWaitingForDisk(boolean waiting) {
            if (waiting == waitsForDisk) {
                return;
            }
            waitsForDisk = waiting;
            long now = ticker.read();
            if (waiting) {
                waitsSince = now;
            } else if (write.progress() != null) {
                write.progress().onDiskWait(now - waitsSince);
            }
        }

        @Override
        public void onFullyQueued() {
            transferring = false;
            drain();
        }

        @Override
        public void onUnreadable(Throwable cause) {
            listener.onUnreadableBlock(cause);
        }

        @Override
        public void onFinished(boolean success) {
            // First, as nobody may be told of a wait any more once the replies have ended.
            setWaitingForDisk(false);
            if (write.copiedBytes() == 0) {
                release(write);
            }
            finish(write, success);
        }
    }
}
