package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.fetch.ReplyBatch;
import dev.mesosshuffle.fetch.SendProgress;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Copies small blocks, each after its header, into buffers that are sent as they are. A large block is sent from its file
 * after its header, once its first window is in the page cache. So is a small one while the buffer pool is exhausted: that
 * is slower, but takes no memory.
 *
 * <p>On a connection that is encrypted, no block leaves from its file. The first part of a large one is copied here, the rest
 * by a {@link CopiedBlockTransfer}. While the pool is exhausted, a buffer holds little.
 *
 * <p>Whatever fails, no part of a reply is ever queued. If an {@link Error} ends one, those in its buffer are given up too:
 * the connection is to be closed.
 */
final class BufferedReplyBatch implements ReplyBatch {
    /**
     * Up to this size a block is cheaper to copy than to send from its file, and fits into a shared buffer with its header.
     * For the receiver it is far cheaper.
     */
    static final int SMALL_BLOCK_BYTES = 112 * 1024;

    /** The same on an encrypted connection while the buffer pool is exhausted. */
    static final int SMALL_BLOCK_BYTES_IF_EXHAUSTED = ReplyBufferPool.GUARANTEED_BYTES / 8 * 7;

    private final ReplyBufferPool buffers;
    private final ReplyWriter writer;
    private final Ticker ticker;
    private final SendProgress progress;
    private final boolean sendsCopies;
    /** Up to which length a block is buffered. Decided once, because callers of {@link #isBuffered} rely on its result. */
    private final int maxBufferedBytes;

    private @Nullable ByteBuf buffer;
    private int bufferedReplies;

    /**
     * Creates a batch.
     *
     * @param ticker the clock, the same as the writer's
     * @param progress learns of the replies that were sent or never will be
     */
    BufferedReplyBatch(ReplyBufferPool buffers, ReplyWriter writer, Ticker ticker, SendProgress progress) {
        this.buffers = buffers;
        this.writer = writer;
        this.ticker = ticker;
        this.progress = progress;
        this.sendsCopies = writer.sendsCopies();
        this.maxBufferedBytes = maxBufferedBytes(buffers.isExhausted(), sendsCopies);
    }

    private static int maxBufferedBytes(boolean exhausted, boolean sendsCopies) {
        if (!exhausted) {
            return SMALL_BLOCK_BYTES;
        }
        return sendsCopies ? SMALL_BLOCK_BYTES_IF_EXHAUSTED : 0;
    }

    @Override
    public boolean isBuffered(long length) {
        return length <= maxBufferedBytes;
    }

    @Override
    public void add(Reply reply) {
        ByteBuf target = bufferFor(reply.encodedLength());
        try {
            reply.writeTo(target);
        } catch (RuntimeException | Error e) {
            drop(target);
            throw e;
        }
        bufferedReplies++;
    }

    @Override
    public void add(Reply reply, OpenSegment block) throws IOException {
        if (isBuffered(block.length())) {
            try (block) {
                addSmall(reply, block, (int) block.length());
            }
        } else if (sendsCopies) {
            addCopied(reply, block);
        } else {
            addLarge(reply, block);
        }
    }

    private void addSmall(Reply reply, OpenSegment block, int length) throws IOException {
        ByteBuf target = bufferFor(reply.encodedLength() + length);
        int start = target.writerIndex();
        try {
            reply.writeTo(target);
            if (length > 0) {
                read(block, length, target);
            }
        } catch (IOException | RuntimeException e) {
            target.writerIndex(start);
            throw e;
        } catch (Error e) {
            drop(target);
            throw e;
        }
        bufferedReplies++;
    }

    private static void read(OpenSegment block, int length, ByteBuf target) throws IOException {
        int start = target.writerIndex();
        // The buffer's own view, which needs no memory; nobody else has the buffer yet.
        block.file().read(block.offset(), target.internalNioBuffer(start, length));
        target.writerIndex(start + length);
    }

    private void addLarge(Reply reply, OpenSegment block) throws IOException {
        ByteBuf head = null;
        boolean queued = false;
        try {
            long readyNanos = ticker.read();
            block.file().load(block.offset(), Math.min(block.length(), BlockTransfer.WINDOW_BYTES));
            seal();
            head = buffers.acquire(reply.encodedLength());
            reply.writeTo(head);
            writer.queue(PendingWrite.block(head, block, readyNanos, progress));
            queued = true;
        } finally {
            if (!queued) {
                try {
                    if (head != null) {
                        buffers.release(head);
                    }
                } finally {
                    block.close();
                }
            }
        }
    }

    private void addCopied(Reply reply, OpenSegment block) throws IOException {
        ByteBuf first = null;
        boolean queued = false;
        try {
            seal();
            int headBytes = reply.encodedLength();
            first = headBytes < ReplyBufferPool.GUARANTEED_BYTES
                    ? buffers.acquireWindow()
                    : buffers.acquire(headBytes + ReplyBufferPool.GUARANTEED_BYTES);
            reply.writeTo(first);
            int copiedBytes = (int) Math.min(first.writableBytes(), block.length());
            read(block, copiedBytes, first);
            writer.queue(PendingWrite.copiedBlock(first, block, copiedBytes, progress));
            queued = true;
        } finally {
            if (!queued) {
                try {
                    if (first != null) {
                        buffers.release(first);
                    }
                } finally {
                    block.close();
                }
            }
        }
    }

    /** Returns a buffer with at least this many writable bytes. */
    private ByteBuf bufferFor(int bytes) {
        ByteBuf current = buffer;
        if (current != null && bytes <= current.writableBytes()) {
            return current;
        }
        seal();
        // If a connection's share is less than a shared buffer, no larger than needed.
        boolean shared =
                bytes <= ReplyBufferPool.SHARED_BYTES && buffers.perConnectionShare() >= ReplyBufferPool.SHARED_BYTES;
        ByteBuf acquired = shared ? buffers.acquireShared() : buffers.acquire(bytes);
        buffer = acquired;
        return acquired;
    }

    private void seal() {
        ByteBuf full = buffer;
        if (full != null) {
            if (bufferedReplies == 0) {
                buffer = null;
                buffers.release(full);
                return;
            }
            try {
                writer.queue(PendingWrite.replies(full, bufferedReplies, progress));
            } catch (RuntimeException | Error e) {
                drop(full);
                throw e;
            }
            buffer = null;
            bufferedReplies = 0;
        }
    }

    /** Gives up the replies in the buffer. */
    private void drop(ByteBuf full) {
        int replies = bufferedReplies;
        buffer = null;
        bufferedReplies = 0;
        buffers.release(full);
        progress.onFinished(replies);
    }

    @Override
    public void finish() {
        seal();
    }
}
