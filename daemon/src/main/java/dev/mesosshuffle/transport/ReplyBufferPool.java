package dev.mesosshuffle.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of all connections' replies, and the budget that they share. Those that blocks share are kept for a while
 * after they have left, and the last one that came back is taken first: it is still in the processor's cache. The
 * allocator would give their memory back to the system whenever none is in use, many times a second.
 *
 * <p>What is kept was in use before, and is taken before anything is allocated: it takes no memory beyond the budget.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class ReplyBufferPool implements AutoCloseable {
    /** Blocks share a buffer of this size; a block that does not fit into what is left begins the next one. */
    static final int SHARED_BYTES = 128 * 1024;

    /** Of what is left, one connection may hold one part in so many. */
    private static final int PARTS = 64;

    /** 16 MiB, what some 25 connections have on their way whose peers read as fast as they can. */
    private static final int MAX_KEPT = 128;

    private final ByteBufAllocator allocator;
    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();
    private final Deque<ByteBuf> kept = new ArrayDeque<>();
    /** How many of them have not been needed since the last {@link #trim}. */
    private int unneeded;

    private boolean closed;

    /**
     * Creates an empty pool.
     *
     * @param maxBytes the budget: what buffers may take that are in use
     */
    ReplyBufferPool(ByteBufAllocator allocator, long maxBytes) {
        this.allocator = allocator;
        this.maxBytes = maxBytes;
    }

    /** A buffer of the size that blocks share; the caller gives it back. */
    ByteBuf takeShared() {
        ByteBuf again = pollKept();
        return again != null ? used(again) : take(SHARED_BYTES);
    }

    /** A buffer with room for so many bytes; the caller gives it back. */
    ByteBuf take(int bytes) {
        return used(allocator.directBuffer(bytes));
    }

    private ByteBuf used(ByteBuf buffer) {
        usedBytes.addAndGet(buffer.capacity());
        return buffer;
    }

    /** Takes back a buffer; somebody who still holds a reference to it may go on to read it. */
    void giveBack(ByteBuf buffer) {
        usedBytes.addAndGet(-buffer.capacity());
        if (buffer.capacity() != SHARED_BYTES || buffer.refCnt() != 1 || !keep(buffer)) {
            buffer.release();
        }
    }

    private synchronized @Nullable ByteBuf pollKept() {
        ByteBuf first = kept.pollFirst();
        unneeded = Math.min(unneeded, kept.size());
        return first;
    }

    private synchronized boolean keep(ByteBuf buffer) {
        if (closed || kept.size() >= MAX_KEPT) {
            return false;
        }
        kept.addFirst(buffer.clear());
        return true;
    }

    /**
     * Gives back to the allocator what was kept and not needed since this was called last. A few that stay after a
     * burst would hold all of its memory, for they are scattered over it.
     */
    synchronized void trim() {
        for (int i = 0; i < unneeded; i++) {
            kept.removeLast().release();
        }
        unneeded = kept.size();
    }

    /** What the buffers take that are in use. */
    long usedBytes() {
        return usedBytes.get();
    }

    /**
     * What one connection may hold: the less is left, the less it is. So those whose peers do not read leave enough for
     * those whose peers do, however many they are.
     */
    long share() {
        return Math.max(0, maxBytes - usedBytes.get()) / PARTS;
    }

    /** Whether the buffers of all connections together have taken what they may. */
    boolean isBudgetSpent() {
        return usedBytes.get() >= maxBytes;
    }

    /** Keeps none any more; what is in use may still be given back. */
    @Override
    public synchronized void close() {
        closed = true;
        kept.forEach(ByteBuf::release);
        kept.clear();
        unneeded = 0;
    }
}
