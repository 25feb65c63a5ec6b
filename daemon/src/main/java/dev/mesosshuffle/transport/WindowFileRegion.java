package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.PageResidency;
import io.netty.channel.DefaultFileRegion;
import java.util.concurrent.TimeUnit;

/**
 * A part of a block that the kernel sends from its file to the socket. A plain file region would close the file, which
 * other blocks share; here the file belongs to the {@link BlockTransfer}.
 *
 * <p>A part that waits for its peer can be evicted from the page cache, and sending it would then make the event loop wait
 * for the disk. So a region is truncated once its rest is no longer resident.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class WindowFileRegion extends DefaultFileRegion {
    /** How long a part counts as resident after a check, which costs a twentieth of sending it. */
    static final long REVALIDATE_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final OpenSegment block;
    private final long offset;
    private final long length;
    private final Ticker ticker;
    private long checkedNanos;
    private boolean checksResidency = true;
    private boolean truncated;

    /**
     * Creates a region.
     *
     * @param offset its offset in the block, in bytes
     * @param length its length in bytes
     * @param checkedNanos the time when it was known to be resident
     * @param ticker the clock
     */
    WindowFileRegion(OpenSegment block, long offset, long length, long checkedNanos, Ticker ticker) {
        super(block.file().channel(), block.offset() + offset, length);
        this.block = block;
        this.offset = offset;
        this.length = length;
        this.checkedNanos = checkedNanos;
        this.ticker = ticker;
    }

    /** Sends all of it, even if that waits for the disk. */
    WindowFileRegion withoutResidencyCheck() {
        checksResidency = false;
        return this;
    }

    long length() {
        return length;
    }

    /** The number of bytes to send. A channel calls this before each attempt; a truncated region stays truncated. */
    @Override
    public long count() {
        truncated = truncated || (checksResidency && isRestMissing());
        return truncated ? transferred() : length;
    }

    private boolean isRestMissing() {
        long sent = transferred();
        long now = ticker.read();
        if (now - checkedNanos < REVALIDATE_AFTER_NANOS) {
            return false;
        }
        checkedNanos = now;
        return block.file().residency(block.offset() + offset + sent, length - sent) == PageResidency.MISSING;
    }

    @Override
    protected void deallocate() {
        // The file stays open for the other windows.
    }
}
