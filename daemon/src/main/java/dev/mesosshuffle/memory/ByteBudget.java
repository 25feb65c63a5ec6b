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
    private final AtomicLong usedBytes = new AtomicLong();

    private ByteBudget(long maxBytes, @Nullable ByteBudget whole) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("budget: " + maxBytes + " bytes (expected: >= 0)");
        }
        this.maxBytes = maxBytes;
        this.whole = whole;
    }

    /**
     * Returns an unused budget.
     *
     * @param maxBytes its limit in bytes
     */
    public static ByteBudget of(long maxBytes) {
        return new ByteBudget(maxBytes, null);
    }

    /**
     * Returns an unused share of this budget.
     *
     * @param shareBytes its limit in bytes, however much of this budget is free
     */
    public ByteBudget share(long shareBytes) {
        return new ByteBudget(shareBytes, this);
    }

    /** Reserves bytes, unless that exceeds a limit. Returns whether it did. */
    public boolean tryReserve(long bytes) {
        long before = usedBytes.getAndAdd(checked(bytes));
        if (bytes > maxBytes - before || (whole != null && !whole.tryReserve(bytes))) {
            usedBytes.addAndGet(-bytes);
            return false;
        }
        return true;
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
