package dev.mesosshuffle.transport;

import dev.mesosshuffle.model.OpenSegment;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Sends one large block in copies, for a connection whose bytes are encrypted. A thread of the disk reads each window into a
 * buffer of the pool; the next one is read while one is in the channel.
 *
 * <p>A transfer holds at most {@link #MAX_WINDOWS} buffers. If others have used up the budget, it holds one small buffer at a
 * time: its block advances as fast as its own peer reads, whatever other peers do.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class CopiedBlockTransfer {
    /** One in the channel, and one that is being read or waits behind it. */
    static final int MAX_WINDOWS = 2;

    private final Channel channel;
    private final OpenSegment block;
    private final ReplyBufferPool buffers;
    private final BlockTransfer.Listener listener;

    /** The length of the block's beginning that was copied, or is being copied. */
    private long copiedBytes;

    private int windowsInChannel;
    private boolean reading;
    private boolean failed;
    private boolean finished;
    private boolean fullyQueued;

    /**
     * Creates a transfer.
     *
     * @param block the block; owned
     * @param copiedBytes how many of its bytes are in the first buffer
     * @param buffers the pool that the first buffer is from
     */
    CopiedBlockTransfer(
            Channel channel,
            OpenSegment block,
            int copiedBytes,
            ReplyBufferPool buffers,
            BlockTransfer.Listener listener) {
        this.channel = channel;
        this.block = block;
        this.copiedBytes = copiedBytes;
        this.buffers = buffers;
        this.listener = listener;
    }

    /** Writes the first buffer; the caller flushes. Owns the buffer from here on. */
    void start(ByteBuf first) {
        write(first);
        proceed();
    }

    private void write(ByteBuf window) {
        windowsInChannel++;
        // The write releases one reference; the other one returns to the pool afterwards.
        window.retain();
        channel.write(window).addListener(future -> onSent(window, future.isSuccess()));
    }

    private void onSent(ByteBuf window, boolean success) {
        windowsInChannel--;
        buffers.release(window);
        failed |= !success;
        proceed();
    }

    private void proceed() {
        if (!failed && !reading && copiedBytes < block.length() && mayHoldAnotherWindow()) {
            readNextWindow();
        }
        boolean allQueued = failed || (!reading && copiedBytes == block.length());
        if (allQueued && windowsInChannel == 0 && !reading && !finished) {
            finished = true;
            block.close();
            listener.onFinished(!failed);
        }
        if (allQueued && !fullyQueued) {
            fullyQueued = true;
            listener.onFullyQueued();
        }
    }

    private boolean mayHoldAnotherWindow() {
        return windowsInChannel == 0
                || (windowsInChannel < MAX_WINDOWS && buffers.perConnectionShare() >= ReplyBufferPool.SHARED_BYTES);
    }

    private void readNextWindow() {
        ByteBuf window;
        try {
            window = buffers.acquireWindow();
        } catch (OutOfMemoryError e) {
            fail(e);
            return;
        }
        int bytes = (int) Math.min(window.writableBytes(), block.length() - copiedBytes);
        try {
            var unused = block.file()
                    .readAsync(block.offset() + copiedBytes, window.nioBuffer(0, bytes))
                    .whenComplete((done, error) -> onLoop(window, () -> onRead(window, bytes, error)));
            reading = true;
            copiedBytes += bytes;
        } catch (OutOfMemoryError e) {
            // Nobody knows whether a thread reads into the buffer, so it is given up.
            fail(e);
        }
    }

    private void fail(Throwable cause) {
        failed = true;
        listener.onUnreadable(cause);
    }

    private void onLoop(ByteBuf window, Runnable task) {
        try {
            // A later task even if this is the loop: the state must be that after the call.
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            // The event loops have ended, and with them every connection.
            buffers.release(window);
            block.close();
        }
    }

    private void onRead(ByteBuf window, int bytes, @Nullable Throwable error) {
        reading = false;
        if (error != null && !failed) {
            fail(error);
        }
        if (failed) {
            buffers.release(window);
        } else {
            write(window.writerIndex(bytes));
            // May send all of it at once, and call back here for the next window.
            channel.flush();
        }
        proceed();
    }
}
