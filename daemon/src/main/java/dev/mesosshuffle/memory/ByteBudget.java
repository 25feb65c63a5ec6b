package dev.mesosshuffle.memory;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A limit for the bytes that one kind of state occupies. A share of it has a limit of its own, such as that of one
 * connection or of one application, and its bytes count against the whole too.
 *
 * <p>Bytes are what state occupies, estimated from above, not what a client sent. Nothing is allocated here: who reserves
 * bytes allocates after it was granted them, and releases as many later.
 *
 * <p><b>Concurrency:</b> for any thread. Never blocks.
 */
public final class ByteBudget {
    private final long maxBytes;
    private final @Nullable ByteBudget whole;

    /** Of what the others leave of the whole, this share may hold one part in so many. */
    private final int divisor;

    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();

    private ByteBudget(long maxBytes, @Nullable ByteBudget whole, int divisor) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("budget: " + maxBytes + " bytes (expected: >= 0)");
        }
        this.maxBytes = maxBytes;
        this.whole = whole;
        this.divisor = divisor;
    }

    /**
     * Returns an unused budget.
     *
     * @param maxBytes its limit in bytes
     */
    public static ByteBudget of(long maxBytes) {
        return new ByteBudget(maxBytes, null, 1);
    }

    /**
     * Returns an unused share of this budget.
     *
     * @param shareBytes its limit in bytes, however much of this budget is free
     */
    public ByteBudget share(long shareBytes) {
        return new ByteBudget(shareBytes, this, 1);
    }

    /**
     * Returns an unused share of this budget that never takes everything: what it may hold shrinks with what the other
     * shares hold.
     *
     * @param divisor it may hold one part in so many of what the others leave
     */
    public ByteBudget fairShare(int divisor) {
        return new ByteBudget(maxBytes / divisor, this, divisor);
    }

    /** Reserves bytes, unless that exceeds a limit; no bytes exceed none. Returns whether it did. */
    public boolean tryReserve(long bytes) {
        boolean granted = bytes == 0 || tryAdd(checked(bytes));
        if (!granted) {
            refuse();
        }
        return granted;
    }

    private boolean tryAdd(long bytes) {
        long before;
        do {
            // Not added first and taken back: another request that fits would be refused meanwhile.
            before = usedBytes.get();
            if (bytes > currentMax(before) - before) {
                return false;
            }
        } while (!usedBytes.compareAndSet(before, before + bytes));
        if (whole != null && !whole.tryAdd(bytes)) {
            usedBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    private long currentMax(long ownBytes) {
        if (whole == null || divisor == 1) {
            return maxBytes;
        }
        return Math.min(maxBytes, (whole.freeBytes() + ownBytes) / divisor);
    }

    /** Counts a refusal of what was not even tried, because it would not have fitted. For {@link #refusals}. */
    public void refuse() {
        refusals.incrementAndGet();
        if (whole != null) {
            whole.refuse();
        }
    }

    /** Reserves bytes for what exists already, such as restored state, even if that exceeds a limit. */
    public void reserve(long bytes) {
        usedBytes.addAndGet(checked(bytes));
        if (whole != null) {
            whole.reserve(bytes);
        }
    }

    /** Releases bytes that were reserved here. */
    public void release(long bytes) {
        usedBytes.addAndGet(-checked(bytes));
        if (whole != null) {
            whole.release(bytes);
        }
    }

    /** Releases everything that is reserved here, since what it was for has ended. Returns how many bytes that were. */
    public long releaseAll() {
        long bytes = usedBytes.getAndSet(0);
        if (whole != null) {
            whole.release(bytes);
        }
        return bytes;
    }

    /** The bytes that are reserved, in its shares too. */
    public long usedBytes() {
        return usedBytes.get();
    }

    /** The bytes that could be reserved here now; 0 if more are reserved than its limit. */
    public long freeBytes() {
        long own = usedBytes.get();
        long free = currentMax(own) - own;
        return Math.max(0, whole == null ? free : Math.min(free, whole.freeBytes()));
    }

    /** How often {@link #tryReserve} did not grant what was asked for, here and in its shares. */
    public long refusals() {
        return refusals.get();
    }

    /** The limit in bytes. */
    public long maxBytes() {
        return maxBytes;
    }

    private static long checked(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 0)");
        }
        return bytes;
    }
}
