package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.fetch.ReplyBatch;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers small blocks, each behind its header, in buffers that leave as they are. A large block gets its header and
 * is handed on with its file, once the part that leaves first is in the page cache. So does a small one while the
 * buffers of all connections have spent their budget: that takes longer, and no memory.
 */
final class BufferedReplyBatch implements ReplyBatch {
    /**
     * Up to this size a block is cheaper to copy than to send from its file, and it fits into a shared buffer with its
     * header. For whoever receives it, it is far cheaper.
     */
    static final int SMALL_BLOCK_BYTES = 112 * 1024;

    private final ReplyBufferPool buffers;
    private final ReplyWriter writer;
    private final Ticker ticker;
    private final IntConsumer answered;
    /** Decided once, for whoever asks whether a block is read at once relies on the answer. */
    private final boolean fromFiles;

    private @Nullable ByteBuf buffer;
    private int bufferedReplies;

    /**
     * Creates a batch.
     *
     * @param ticker the time, the same as the writer's
     * @param answered is told how many replies have left, or never will
     */
    BufferedReplyBatch(ReplyBufferPool buffers, ReplyWriter writer, Ticker ticker, IntConsumer answered) {
        this.buffers = buffers;
        this.writer = writer;
        this.ticker = ticker;
        this.answered = answered;
        this.fromFiles = buffers.isBudgetSpent();
    }

    @Override
    public boolean isReadAtOnce(long length) {
        return length == 0 || (length <= SMALL_BLOCK_BYTES && !fromFiles);
    }

    @Override
    public void add(Reply reply) {
        reply.writeTo(bufferFor(reply.encodedLength()));
        bufferedReplies++;
    }

    @Override
    public void add(Reply reply, OpenSegment block) throws IOException {
        if (isReadAtOnce(block.length())) {
            try (block) {
                addSmall(reply, block, (int) block.length());
            }
        } else {
            addLarge(reply, block);
        }
    }

    private void addSmall(Reply reply, OpenSegment block, int length) throws IOException {
        ByteBuf target = bufferFor(reply.encodedLength() + length);
        int start = target.writerIndex();
        reply.writeTo(target);
        try {
            if (length > 0) {
                read(block, length, target);
            }
        } catch (IOException | RuntimeException e) {
            target.writerIndex(start);
            throw e;
        }
        bufferedReplies++;
    }

    private static void read(OpenSegment block, int length, ByteBuf target) throws IOException {
        FileChannel channel = block.file().channel();
        int done = 0;
        while (done < length) {
            int read = target.writeBytes(channel, block.offset() + done, length - done);
            if (read < 0) {
                throw new EOFException(
                        "file ended at " + channel.size() + " (expected: " + (block.offset() + length) + " bytes)");
            }
            done += read;
        }
    }

    private void addLarge(Reply reply, OpenSegment block) throws IOException {
        ByteBuf head;
        long readyNanos = ticker.read();
        try {
            block.file().load(block.offset(), Math.min(block.length(), BlockTransfer.WINDOW_BYTES));
            seal();
            head = buffers.take(reply.encodedLength());
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            block.close();
            throw e;
        }
        reply.writeTo(head);
        writer.queue(PendingWrite.block(head, block, readyNanos, answered));
    }

    /** A buffer with room for so many bytes. */
    private ByteBuf bufferFor(int bytes) {
        ByteBuf current = buffer;
        if (current != null && bytes <= current.writableBytes()) {
            return current;
        }
        seal();
        // No more than is needed where a connection's share is not even one shared buffer.
        boolean shared = bytes <= ReplyBufferPool.SHARED_BYTES && buffers.share() >= ReplyBufferPool.SHARED_BYTES;
        ByteBuf made = shared ? buffers.takeShared() : buffers.take(bytes);
        buffer = made;
        return made;
    }

    private void seal() {
        ByteBuf full = buffer;
        if (full != null) {
            buffer = null;
            if (bufferedReplies > 0) {
                writer.queue(PendingWrite.replies(full, bufferedReplies, answered));
                bufferedReplies = 0;
            } else {
                buffers.giveBack(full);
            }
        }
    }

    @Override
    public void finish() {
        seal();
    }
}
