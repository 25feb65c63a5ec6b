package dev.mesosshuffle.transport;

import dev.mesosshuffle.model.OpenSegment;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Sends one large block from its file, window by window. A window is handed to the channel, which has the kernel send
 * it, once it is in the page cache; the next one, unless it is there already, is brought there meanwhile by a thread of
 * the disk.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class BlockTransfer {
    /** How much is brought into the page cache at a time. */
    static final int WINDOW_BYTES = 1024 * 1024;

    /** A block that leaves from its file takes a descriptor, not memory; it counts so that only a few wait. */
    static final int WEIGHT_BYTES = 128 * 1024;

    /** How many windows the channel may hold: while one leaves, the next one is ready. */
    private static final int MAX_UNSENT = 2;

    private final Channel channel;
    private final OpenSegment block;
    private final Listener listener;

    private long writtenBytes;
    private int unsent;
    private boolean loading;
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
     */
    BlockTransfer(Channel channel, OpenSegment block, Listener listener) {
        this.channel = channel;
        this.block = block;
        this.listener = listener;
    }

    /** Writes what comes before the block, and its first window; the caller flushes. */
    void start(ByteBuf head) {
        var unused = channel.write(head);
        writeWindow();
        goOn();
    }

    /** Hands over what is in the page cache already, and returns whether there was anything. */
    private boolean writeLoadedWindows() {
        boolean any = false;
        while (!failed && !loading && unsent < MAX_UNSENT && writtenBytes < block.length() && isNextWindowLoaded()) {
            writeWindow();
            any = true;
        }
        return any;
    }

    private boolean isNextWindowLoaded() {
        return block.file().isLoaded(block.offset() + writtenBytes, nextWindow());
    }

    private void writeWindow() {
        long bytes = nextWindow();
        unsent++;
        ChannelFuture sent = channel.write(new WindowRegion(block, writtenBytes, bytes));
        writtenBytes += bytes;
        sent.addListener(future -> onWindowSent(future.isSuccess()));
    }

    private long nextWindow() {
        return Math.min(WINDOW_BYTES, block.length() - writtenBytes);
    }

    private void onWindowSent(boolean success) {
        unsent--;
        failed |= !success;
        goOn();
    }

    private void goOn() {
        if (writeLoadedWindows()) {
            channel.flush();
        }
        if (failed || writtenBytes == block.length()) {
            finish();
        } else if (!loading && unsent < MAX_UNSENT) {
            loading = true;
            var unused = block.file()
                    .loadLater(block.offset() + writtenBytes, nextWindow())
                    .whenComplete((done, error) -> onLoop(() -> onLoaded(error)));
        }
    }

    private void onLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            // The loops are gone, and with them every connection.
            block.close();
        }
    }

    private void onLoaded(@Nullable Throwable error) {
        loading = false;
        if (error != null) {
            failed = true;
            listener.onUnreadable(error);
        } else if (!failed) {
            writeWindow();
            channel.flush();
        }
        goOn();
    }

    private void finish() {
        if (!handedOver) {
            handedOver = true;
            listener.onHandedOver();
        }
        if (unsent == 0 && !loading && !finished) {
            finished = true;
            block.close();
            listener.onFinished(!failed);
        }
    }
}
