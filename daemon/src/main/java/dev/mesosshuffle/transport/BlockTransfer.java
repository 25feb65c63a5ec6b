package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.PageResidency;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Sends one large block from its file, window by window. A window is handed to the channel, which has the kernel send
 * it, once it is in the page cache; the next one, unless it is there already, is brought there meanwhile by a thread of
 * the disk. What left the page cache again before it could be sent is brought back the same way.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class BlockTransfer {
    /** How much is brought into the page cache at a time. */
    static final int WINDOW_BYTES = 1024 * 1024;

    /** A block that leaves from its file takes a descriptor, not memory; it counts so that only a few wait. */
    static final int WEIGHT_BYTES = 128 * 1024;

    /**
     * What is gone again each time it was brought back is tried again in ever smaller parts, for those are there sooner;
     * after so many attempts it leaves, even if that waits for the disk.
     */
    static final int MAX_CUTS = 3;

    private final Channel channel;
    private final OpenSegment block;
    private final Ticker ticker;
    private final Listener listener;

    private long sentBytes;
    /** How much of the block is in the page cache, or has left. */
    private long readyBytes;

    private long readyNanos;
    private @Nullable WindowFileRegion leaving;
    private boolean loading;
    /** How often a window was cut off, and nothing of it had left. */
    private int cuts;

    private boolean handedOver;
    private boolean failed;
    private boolean finished;

    /** Told, on the event loop, how a transfer goes. */
    interface Listener {
        /** The channel has all of the block, or gets no more of it; what is queued behind it may follow. */
        void onHandedOver();

        /** A part of the block cannot be read; what has left of its frame cannot be taken back. */
        void onUnreadable(Throwable cause);

        /** The block has left, or never will, and was closed. */
        void onFinished(boolean success);
    }

    /**
     * Creates a transfer.
     *
     * @param block the block, whose first window is in the page cache; owned
     * @param readyNanos since when it is
     * @param ticker the time
     */
    BlockTransfer(Channel channel, OpenSegment block, long readyNanos, Ticker ticker, Listener listener) {
        this.channel = channel;
        this.block = block;
        this.readyNanos = readyNanos;
        this.ticker = ticker;
        this.listener = listener;
        readyBytes = endOfWindow(0);
    }

    /** Writes what comes before the block, and its first window; the caller flushes. */
    void start(ByteBuf head) {
        var unused = channel.write(head);
        writeWindow();
        goOn();
    }

    private long endOfWindow(long start) {
        return Math.min(start + (WINDOW_BYTES >> (2 * cuts)), block.length());
    }

    private void writeWindow() {
        WindowFileRegion window = new WindowFileRegion(block, sentBytes, readyBytes - sentBytes, readyNanos, ticker);
        leaving = cuts < MAX_CUTS ? window : window.unwatched();
        channel.write(window).addListener(future -> onWindowSent(window, future.isSuccess()));
    }

    private void onWindowSent(WindowFileRegion window, boolean success) {
        leaving = null;
        failed |= !success;
        sentBytes += window.transferred();
        if (window.transferred() < window.length()) {
            cuts = window.transferred() == 0 ? cuts + 1 : 0;
            readyBytes = sentBytes;
        } else {
            cuts = 0;
        }
        goOn();
    }

    private void goOn() {
        if (!failed && leaving == null && sentBytes < readyBytes) {
            writeWindow();
            // May send all of it at once, and come back here for the next one.
            channel.flush();
        }
        if (failed || sentBytes == block.length()) {
            finish();
        } else if (!loading) {
            prepareNextWindow();
        }
    }

    /** Has what follows the window that leaves in the page cache; of a window that was cut off, the rest. */
    private void prepareNextWindow() {
        long inChannel = leaving == null ? 0 : leaving.length();
        if (readyBytes == block.length() || sentBytes + inChannel < readyBytes) {
            return;
        }
        long start = readyBytes;
        long end = endOfWindow(start);
        // From here on it can leave the page cache again, also while the rest is being read.
        long now = ticker.read();
        if (leaving != null && block.file().residency(block.offset() + start, end - start) == PageResidency.RESIDENT) {
            readyBytes = end;
            readyNanos = now;
            return;
        }
        loading = true;
        var unused = block.file()
                .loadLater(block.offset() + start, end - start)
                .whenComplete((done, error) -> onLoop(() -> onLoaded(start, end, now, error)));
    }

    private void onLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            // The loops are gone, and with them every connection.
            block.close();
        }
    }

    private void onLoaded(long start, long end, long sinceNanos, @Nullable Throwable error) {
        loading = false;
        if (error != null) {
            failed = true;
            listener.onUnreadable(error);
        } else if (start == readyBytes) {
            // Else what comes before it was cut off meanwhile, and must come back first.
            readyBytes = end;
            readyNanos = sinceNanos;
        }
        goOn();
    }

    private void finish() {
        if (leaving == null && !loading && !finished) {
            finished = true;
            block.close();
            listener.onFinished(!failed);
        }
        if (!handedOver) {
            handedOver = true;
            listener.onHandedOver();
        }
    }
}
