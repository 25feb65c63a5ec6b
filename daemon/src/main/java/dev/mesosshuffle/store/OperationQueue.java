package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Operations that wait for the writer, in order. A queue of its own, since none of the JDK's can be closed: after {@link
 * #close} no operation can enter behind the writer's last take.
 *
 * <p><b>Concurrency:</b> {@link #add} from any thread, never blocking; {@link #take} from the writer alone.
 */
final class OperationQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Of nodes: an array that cannot grow would lose entries. */
    @SuppressWarnings("JdkObsolete")
    private final Queue<Entry> entries = new LinkedList<>();

    private final int capacity;
    private boolean closed;

    OperationQueue(int capacity) {
        this.capacity = capacity;
    }

    record Entry(StoreOperation operation, CompletableFuture<Void> done) {}

    /**
     * Adds an operation.
     *
     * @throws StoreException if the queue is full or closed
     */
    void add(Entry entry) throws StoreException {
        lock.lock();
        try {
            if (closed) {
                throw new StoreException("the registry's store is closed");
            }
            if (entries.size() >= capacity) {
                throw new StoreException(
                        "the registry's store is overloaded: " + entries.size() + " operations wait for the disk");
            }
            entries.add(entry);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for at least one operation.
     *
     * @param max how many to take at most
     * @param timeout how long to wait for the first one
     * @return the oldest operations, none after a timeout; null if the queue is closed and empty
     */
    @Nullable
    List<Entry> take(int max, Duration timeout) {
        lock.lock();
        try {
            await(timeout);
            if (entries.isEmpty() && closed) {
                return null;
            }
            List<Entry> taken = new ArrayList<>(Math.min(max, entries.size()));
            while (taken.size() < max && !entries.isEmpty()) {
                taken.add(entries.remove());
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void await(Duration timeout) {
        long left = timeout.toNanos();
        while (entries.isEmpty() && !closed && left > 0) {
            try {
                left = changed.awaitNanos(left);
            } catch (InterruptedException e) {
                // Nobody interrupts the writer; an interrupt ends this wait like a timeout.
                return;
            }
        }
    }

    int size() {
        lock.lock();
        try {
            return entries.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Accepts no further operations; those that wait can still be taken.
     *
     * @return false if it was closed before
     */
    boolean close() {
        lock.lock();
        try {
            boolean first = !closed;
            closed = true;
            changed.signalAll();
            return first;
        } finally {
            lock.unlock();
        }
    }
}
