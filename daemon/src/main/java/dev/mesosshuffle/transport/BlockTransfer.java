package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.PageResidency;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends one large block from its file, window by window. A window is written to the channel, from where the kernel sends
 * it, once it is in the page cache. A thread of the disk loads the next window meanwhile, unless it is resident. Parts that
 * are evicted before they are sent are loaded again the same way.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class BlockTransfer {
    /** The part of a block that is loaded into the page cache at a time. */
    static final int WINDOW_BYTES = 1024 * 1024;

    /** A block that is sent from its file takes a descriptor, not memory; this weight bounds how many are queued. */
    static final int WEIGHT_BYTES = 128 * 1024;

    /**
     * A window that is evicted each time it was loaded is retried in smaller parts, which load faster. After this many
     * attempts it is sent without a check, even if the event loop then waits for the disk.
     */
    static final int MAX_TRUNCATIONS = 3;

    /**
     * So many windows are sent at a time; then the event loop's other connections are next. A peer that reads as fast as they
     * leave would else have the loop for itself.
     */
    static final int WINDOWS_PER_TURN = 4;

    private final Channel channel;
    private final Object client;
    private final OpenSegment block;
    private final Ticker ticker;
    private final Listener listener;

    private long sentBytes;
    /** The length of the block's beginning that is in the page cache or was sent. */
    private long readyBytes;

    private long readyNanos;
    private @Nullable WindowFileRegion queuedWindow;
    private boolean loading;
    /** How often in a row a window was truncated before any of it was sent. */
    private int truncations;

    /** The windows that were written since this transfer waited for its turn. */
    private int windowsInTurn;

    private boolean waitsForTurn;
    private boolean fullyQueued;
    private boolean failed;
    private boolean finished;

    /** Receives the progress of a transfer, on the event loop. */
    interface Listener {
        /** Nothing of the block can be sent until its next part is read, or that has ended; told again without a change. */
        default void setWaitingForDisk(boolean waiting) {}

        /** The channel has all of the block, or gets no more of it; the next reply may be written. */
        void onFullyQueued();

        /** A part of the block cannot be read, while the beginning of its frame may have been sent. */
        void onUnreadable(Throwable cause);

        /** The block was sent, or never will be, and is closed. */
        void onFinished(boolean success);
    }

    /**
     * Creates a transfer.
     *
     * @param client whose turns at the disk its reads take
     * @param block the block, whose first window is in the page cache; owned
     * @param readyNanos the time when that window was known to be resident
     * @param ticker the time
     */
    BlockTransfer(
            Channel channel, Object client, OpenSegment block, long readyNanos, Ticker ticker, Listener listener) {
        this.channel = channel;
        this.client = client;
        this.block = block;
        this.readyNanos = readyNanos;
        this.ticker = ticker;
        this.listener = listener;
        readyBytes = endOfWindow(0);
    }

    /**
     * Writes the bytes that precede the block, and its first window; the caller flushes. Throws nothing.
     *
     * @param head stays the caller's, until the transfer is finished
     */
    void start(ByteBuf head) {
        try {
            ChannelPromise sent = channel.newPromise();
            // The write releases one reference.
            var unused = channel.write(head.retain(), sent);
            writeWindow();
            proceed();
        } catch (RuntimeException | Error e) {
            abort(e);
        }
    }

    private long endOfWindow(long start) {
        return Math.min(start + (WINDOW_BYTES >> (2 * truncations)), block.length());
    }

    private void writeWindow() {
        windowsInTurn++;
        WindowFileRegion window = new WindowFileRegion(block, sentBytes, readyBytes - sentBytes, readyNanos, ticker);
        ChannelPromise sent = channel.newPromise();
        sent.addListener(future -> {
            try {
                onWindowSent(window, future.isSuccess());
            } catch (RuntimeException | Error e) {
                abort(e);
            }
        });
        // From here on the promise is completed, whatever happens: Netty fails it where a handler throws.
        queuedWindow = truncations < MAX_TRUNCATIONS ? window : window.withoutResidencyCheck();
        var unused = channel.write(window, sent);
    }

    private void onWindowSent(WindowFileRegion window, boolean success) {
        queuedWindow = null;
        failed |= !success;
        sentBytes += window.transferred();
        if (window.transferred() < window.length()) {
            truncations = window.transferred() == 0 ? truncations + 1 : 0;
            readyBytes = sentBytes;
        } else {
            truncations = 0;
        }
        proceed();
    }

    private void proceed() {
        if (!failed && !waitsForTurn && queuedWindow == null && sentBytes < readyBytes) {
            if (windowsInTurn == WINDOWS_PER_TURN) {
                waitForTurn();
            } else {
                writeWindow();
                // May send all of it at once, and call back here for the next window.
                channel.flush();
            }
        }
        if (failed || sentBytes == block.length()) {
            finish();
        } else if (!loading) {
            prepareNextWindow();
        }
        listener.setWaitingForDisk(loading && queuedWindow == null);
    }

    private void waitForTurn() {
        waitsForTurn = true;
        // Not executed: the loop runs many such tasks before it reads what other connections sent.
        var unused = channel.eventLoop().schedule(this::resume, 0, TimeUnit.NANOSECONDS);
    }

    private void resume() {
        waitsForTurn = false;
        windowsInTurn = 0;
        try {
            proceed();
        } catch (RuntimeException | Error e) {
            abort(e);
        }
    }

    /** Loads the part after the window in the channel; of a truncated window, the rest. */
    private void prepareNextWindow() {
        long inChannel = queuedWindow == null ? 0 : queuedWindow.length();
        if (readyBytes == block.length() || sentBytes + inChannel < readyBytes) {
            return;
        }
        long start = readyBytes;
        long end = endOfWindow(start);
        // From here on it can be evicted again, even while the rest of it is being read.
        long now = ticker.read();
        if (queuedWindow != null
                && block.file().residency(block.offset() + start, end - start) == PageResidency.RESIDENT) {
            readyBytes = end;
            readyNanos = now;
            return;
        }
        WindowRead load = new WindowRead(
                channel,
                progress -> block.file().loadAsync(client, block.offset() + start, end - start, progress),
                new LoadEnd(start, end, now));
        loading = true;
        try {
            load.begin();
        } catch (RuntimeException | Error e) {
            loading = false;
            throw e;
        }
    }

    /**
     * Ends the transfer after an error in a step that nobody waits for. Netty would only log it, as for lack of memory, and the
     * block and its place among those in flight would never be given back; the connection learns of it.
     */
    private void abort(Throwable cause) {
        failed = true;
        channel.pipeline().fireExceptionCaught(cause);
        finish();
    }

    private void onLoaded(long start, long end, long sinceNanos, @Nullable Throwable error) {
        loading = false;
        if (error != null) {
            failed = true;
            listener.onUnreadable(error);
        } else if (start == readyBytes) {
            // Otherwise the part before it was truncated meanwhile, and must be loaded first.
            readyBytes = end;
            readyNanos = sinceNanos;
        }
        proceed();
    }

    private void finish() {
        if (queuedWindow == null && !loading && !finished) {
            finished = true;
            try {
                block.close();
            } finally {
                listener.onFinished(!failed);
            }
        }
        if (!fullyQueued) {
            fullyQueued = true;
            listener.onFullyQueued();
        }
    }

    private final class LoadEnd implements WindowRead.End {
        private final long start;
        private final long end;
        private final long sinceNanos;

        private LoadEnd(long start, long end, long sinceNanos) {
            this.start = start;
            this.end = end;
            this.sinceNanos = sinceNanos;
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            try {
                onLoaded(start, end, sinceNanos, failure);
            } catch (RuntimeException | Error e) {
                abort(e);
            }
        }

        @Override
        public void onLoopEnded() {
            block.close();
        }
    }
}
