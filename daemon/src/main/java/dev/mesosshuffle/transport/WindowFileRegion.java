package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.PageResidency;
import io.netty.channel.DefaultFileRegion;
import java.util.concurrent.TimeUnit;

/**
 * A part of a block that goes from its file to the socket without passing through the process. The plain file region
 * would close the file, which others read too; here it belongs to the {@link BlockTransfer}.
 *
 * <p>What waits for its peer can leave the page cache again, and the kernel would then have the event loop wait for the
 * disk. So a region ends early, once its rest is not in memory any more.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class WindowFileRegion extends DefaultFileRegion {
    /** For so long what was in the page cache is taken to be there still; looking costs a twentieth of sending. */
    static final long TRUST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final OpenSegment block;
    private final long offset;
    private final long length;
    private final Ticker ticker;
    private long seenNanos;
    private boolean watched = true;
    private boolean cutOff;

    /**
     * Creates a region.
     *
     * @param offset where it begins in the block, in bytes
     * @param length how long it is, in bytes
     * @param seenNanos when it was seen in the page cache
     * @param ticker the time
     */
    WindowFileRegion(OpenSegment block, long offset, long length, long seenNanos, Ticker ticker) {
        super(block.file().channel(), block.offset() + offset, length);
        this.block = block;
        this.offset = offset;
        this.length = length;
        this.seenNanos = seenNanos;
        this.ticker = ticker;
    }

    /** Has all of it leave, whatever that waits for. */
    WindowFileRegion unwatched() {
        watched = false;
        return this;
    }

    long length() {
        return length;
    }

    /** How much of it leaves, in bytes. A channel asks whenever it is about to send; once cut off, it stays so. */
    @Override
    public long count() {
        cutOff = cutOff || (watched && isRestMissing());
        return cutOff ? transferred() : length;
    }

    private boolean isRestMissing() {
        long sent = transferred();
        long now = ticker.read();
        if (now - seenNanos < TRUST_NANOS) {
            return false;
        }
        seenNanos = now;
        return block.file().residency(block.offset() + offset + sent, length - sent) == PageResidency.MISSING;
    }

    @Override
    protected void deallocate() {
        // The file stays open for the other windows.
    }
}
