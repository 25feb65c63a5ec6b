package dev.mesosshuffle.transport;

import dev.mesosshuffle.memory.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of all connections' replies, with a common budget. Shared buffers, which hold several small blocks, are
 * pooled for a while after their release, and the last one released is acquired first, because it is still in the
 * processor's cache. Without a pool, the allocator would return their memory to the system many times a second.
 *
 * <p>Pooled buffers were in use before and are acquired before anything is allocated, so they need no budget of their own.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class ReplyBufferPool implements AutoCloseable {
    /** The size of a shared buffer; a block that does not fit into the rest of one begins the next. */
    static final int SHARED_BYTES = 128 * 1024;

    /**
     * What a connection that holds nothing else may have of a block that cannot be sent from its file even if others have
     * used up the budget, so that none waits for the peer of another.
     */
    static final int GUARANTEED_BYTES = 16 * 1024;

    /** One connection may hold this fraction of the free budget. */
    private static final int SHARE_DIVISOR = 64;

    /** 16 MiB, what about 25 connections have in flight whose peers read as fast as they can. */
    private static final int MAX_POOLED = 128;

    private final ByteBufAllocator allocator;
    private final long maxBytes;
    private final ByteBudget answers;
    private final AtomicLong usedBytes = new AtomicLong();
    private final Deque<ByteBuf> pooled = new ArrayDeque<>(MAX_POOLED);
    /** The number of pooled buffers that were not acquired since the last {@link #trim}. */
    private int idle;

    private boolean closed;

    /**
     * Creates an empty pool.
     *
     * @param maxBytes the budget for buffers in use, in bytes
     * @param answers the budget of the answers among them, that is, of replies without a block
     */
    ReplyBufferPool(ByteBufAllocator allocator, long maxBytes, ByteBudget answers) {
        this.allocator = allocator;
        this.maxBytes = maxBytes;
        this.answers = answers;
    }

    /** Returns the limit of the answers of a new connection. */
    AnswerLimit newAnswerLimit() {
        return new AnswerLimit(answers);
    }

    /** Returns a shared buffer, which the caller releases. */
    ByteBuf acquireShared() {
        ByteBuf pooledBuffer = pollPooled();
        return pooledBuffer != null ? inUse(pooledBuffer) : acquire(SHARED_BYTES);
    }

    /** Returns a buffer with this capacity, which the caller releases. */
    ByteBuf acquire(int bytes) {
        return inUse(allocator.directBuffer(bytes));
    }

    /** Returns a buffer for a part of a large block, which the caller releases: a shared one while the budget lasts. */
    ByteBuf acquireWindow() {
        return isExhausted() ? acquire(GUARANTEED_BYTES) : acquireShared();
    }

    private ByteBuf inUse(ByteBuf buffer) {
        usedBytes.addAndGet(buffer.capacity());
        return buffer;
    }

    /** Releases a buffer. Whoever still holds a reference may continue to read it; it is not pooled then. */
    void release(ByteBuf buffer) {
        usedBytes.addAndGet(-buffer.capacity());
        if (buffer.capacity() != SHARED_BYTES || buffer.refCnt() != 1 || !pool(buffer)) {
            buffer.release();
        }
    }

    private synchronized @Nullable ByteBuf pollPooled() {
        ByteBuf first = pooled.pollFirst();
        idle = Math.min(idle, pooled.size());
        return first;
    }

    private synchronized boolean pool(ByteBuf buffer) {
        if (closed || pooled.size() >= MAX_POOLED) {
            return false;
        }
        pooled.addFirst(buffer.clear());
        return true;
    }

    /**
     * Returns the buffers to the allocator that were not acquired since the last call. A few that stayed after a burst
     * would keep all of its memory allocated, because they are scattered over it.
     */
    synchronized void trim() {
        for (int i = 0; i < idle; i++) {
            pooled.removeLast().release();
        }
        idle = pooled.size();
    }

    /** The size of all buffers in use, in bytes. */
    long usedBytes() {
        return usedBytes.get();
    }

    /**
     * The bytes that one connection may hold. The share shrinks with the free budget, so that any number of connections
     * whose peers do not read leave enough to the others.
     */
    long perConnectionShare() {
        return Math.max(0, maxBytes - usedBytes.get()) / SHARE_DIVISOR;
    }

    /** Whether the budget of all connections is used up. */
    boolean isExhausted() {
        return usedBytes.get() >= maxBytes;
    }

    /** Pools no more buffers; those in use may still be released. */
    @Override
    public synchronized void close() {
        closed = true;
        pooled.forEach(ByteBuf::release);
        pooled.clear();
        idle = 0;
    }
}
