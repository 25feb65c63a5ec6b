package dev.mesosshuffle.transport;

import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.PageResidency;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends one large block in copies, for a connection whose bytes are encrypted. Each window is read into a buffer of the pool. A
 * window in the page cache is read by the event loop, right before it is encrypted and sent: its bytes are still in the
 * processor's cache then. Another one is read by a thread of the disk while the window before it is in the channel.
 *
 * <p>A transfer holds at most {@link #MAX_WINDOWS} buffers. If others have used up the budget, it holds one small buffer at a
 * time: its block advances as fast as its own peer reads, whatever other peers do.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class CopiedBlockTransfer {
    /** One in the channel, and one that is being read or waits behind it. */
    static final int MAX_WINDOWS = 2;

    /** So many windows are read and sent at a time; then the event loop's other connections are next. */
    static final int WINDOWS_PER_TURN = 8;

    private final Channel channel;
    private final Object client;
    private final OpenSegment block;
    private final ReplyBufferPool buffers;
    private final BlockTransfer.Listener listener;

    /** The length of the block's beginning that was copied, or is being copied. */
    private long copiedBytes;

    private int windowsInChannel;
    private boolean reading;

    /** Whether this is called back from within itself: a flush may send everything at once. */
    private boolean proceeding;

    /** The resident windows that were read since this transfer waited for its turn. */
    private int windowsInTurn;

    private boolean waitsForTurn;
    private boolean failed;
    private boolean finished;
    private boolean fullyQueued;

    /**
     * Creates a transfer.
     *
     * @param client whose turns at the disk its reads take
     * @param block the block; owned
     * @param copiedBytes how many of its bytes are in the first buffer
     * @param buffers the pool that the first buffer is from
     */
    CopiedBlockTransfer(
            Channel channel,
            Object client,
            OpenSegment block,
            int copiedBytes,
            ReplyBufferPool buffers,
            BlockTransfer.Listener listener) {
        this.channel = channel;
        this.client = client;
        this.block = block;
        this.copiedBytes = copiedBytes;
        this.buffers = buffers;
        this.listener = listener;
    }

    /** Writes the first buffer; the caller flushes. Owns the buffer from here on. Throws nothing. */
    void start(ByteBuf first) {
        try {
            write(first);
            proceed();
        } catch (RuntimeException | Error e) {
            abort(e);
        }
    }

    private void write(ByteBuf window) {
        ChannelPromise sent;
        try {
            sent = channel.newPromise();
            sent.addListener(future -> onSent(window, future.isSuccess()));
        } catch (RuntimeException | Error e) {
            buffers.release(window);
            throw e;
        }
        // From here on the promise is completed, whatever happens: Netty fails it where a handler throws.
        windowsInChannel++;
        // The write releases one reference; the other one returns to the pool afterwards.
        window.retain();
        var unused = channel.write(window, sent);
    }

    private void onSent(ByteBuf window, boolean success) {
        try {
            windowsInChannel--;
            buffers.release(window);
            failed |= !success;
            proceed();
        } catch (RuntimeException | Error e) {
            abort(e);
        }
    }

    private void proceed() {
        if (proceeding) {
            return;
        }
        proceeding = true;
        try {
            copyWindows();
        } finally {
            proceeding = false;
        }
        listener.setWaitingForDisk(reading && windowsInChannel == 0);
        boolean allQueued = failed || (!reading && copiedBytes == block.length());
        if (allQueued && windowsInChannel == 0 && !reading && !finished) {
            finished = true;
            try {
                block.close();
            } finally {
                listener.onFinished(!failed);
            }
        }
        if (allQueued && !fullyQueued) {
            fullyQueued = true;
            listener.onFullyQueued();
        }
    }

    /**
     * Ends the transfer after an error in a step that nobody waits for. Netty would only log it, and the block, its buffers
     * and its place among those in flight would never be given back; the connection learns of it.
     */
    private void abort(Throwable cause) {
        failed = true;
        channel.pipeline().fireExceptionCaught(cause);
        proceed();
    }

    private void copyWindows() {
        while (mayCopy() && mayHoldAnotherWindow()) {
            if (!isNextResident()) {
                readNextWindow();
            } else if (windowsInChannel > 0) {
                // It is read when it can be sent.
                return;
            } else if (windowsInTurn == WINDOWS_PER_TURN) {
                waitForTurn();
            } else {
                windowsInTurn++;
                copyResidentWindow();
            }
        }
    }

    private boolean mayCopy() {
        return !failed && !reading && !waitsForTurn && copiedBytes < block.length();
    }

    private boolean isNextResident() {
        long bytes = Math.min(ReplyBufferPool.SHARED_BYTES, block.length() - copiedBytes);
        return block.file().residency(block.offset() + copiedBytes, bytes) == PageResidency.RESIDENT;
    }

    private void waitForTurn() {
        waitsForTurn = true;
        // Not executed: the loop runs many such tasks before it reads what other connections sent.
        var unused = channel.eventLoop()
                .schedule(
                        () -> {
                            waitsForTurn = false;
                            windowsInTurn = 0;
                            try {
                                proceed();
                            } catch (RuntimeException | Error e) {
                                abort(e);
                            }
                        },
                        0,
                        TimeUnit.NANOSECONDS);
    }

    private void copyResidentWindow() {
        ByteBuf window = buffers.acquireWindow();
        boolean written = false;
        try {
            int bytes = nextBytes(window);
            if (block.file().readResident(block.offset() + copiedBytes, window.nioBuffer(0, bytes))) {
                copiedBytes += bytes;
                written = true;
                write(window.writerIndex(bytes));
                channel.flush();
            }
        } catch (IOException e) {
            fail(e);
        } finally {
            if (!written) {
                buffers.release(window);
            }
        }
    }

    private int nextBytes(ByteBuf window) {
        return (int) Math.min(window.writableBytes(), block.length() - copiedBytes);
    }

    private boolean mayHoldAnotherWindow() {
        return windowsInChannel == 0
                || (windowsInChannel < MAX_WINDOWS && buffers.perConnectionShare() >= ReplyBufferPool.SHARED_BYTES);
    }

    private void readNextWindow() {
        ByteBuf window = buffers.acquireWindow();
        int bytes = nextBytes(window);
        try {
            ByteBuffer target = window.nioBuffer(0, bytes);
            long start = block.offset() + copiedBytes;
            WindowRead read = new WindowRead(
                    channel,
                    // A try that was rejected has read nothing.
                    progress -> block.file().readAsync(client, start, target, progress),
                    new WindowEnd(window, bytes));
            reading = true;
            read.begin();
            copiedBytes += bytes;
        } catch (RuntimeException | Error e) {
            // Nothing is read into the buffer then.
            reading = false;
            buffers.release(window);
            throw e;
        }
    }

    private void fail(Throwable cause) {
        failed = true;
        listener.onUnreadable(cause);
    }

    private void onRead(ByteBuf window, int bytes, @Nullable Throwable error) {
        reading = false;
        if (error != null || failed) {
            buffers.release(window);
            if (error != null && !failed) {
                fail(error);
            }
        } else {
            write(window.writerIndex(bytes));
            // May send all of it at once, and call back here for the next window.
            channel.flush();
        }
        proceed();
    }

    private final class WindowEnd implements WindowRead.End {
        private final ByteBuf window;
        private final int bytes;

        private WindowEnd(ByteBuf window, int bytes) {
            this.window = window;
            this.bytes = bytes;
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            try {
                onRead(window, bytes, failure);
            } catch (RuntimeException | Error e) {
                abort(e);
            }
        }

        @Override
        public void onLoopEnded() {
            buffers.release(window);
            block.close();
        }
    }
}
