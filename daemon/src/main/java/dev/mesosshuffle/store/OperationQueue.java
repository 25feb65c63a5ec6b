package dev.mesosshuffle.store;

import dev.mesosshuffle.database.StoreException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Operations that wait for the writer, in order. A queue of its own, since none of the JDK's can be closed: after {@link
 * #close} nothing can slip in behind the writer's last look.
 *
 * <p><b>Concurrency:</b> {@link #add} from any thread, never blocking; {@link #take} from the writer alone.
 */
final class OperationQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Entry> entries = new ArrayDeque<>();
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
                        "the registry's store is overloaded: " + entries.size() + " changes wait for the disk");
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
     * @param most how many to take at most
     * @param patience for how long to wait; null for ever
     * @return the oldest operations, none if none came; null if the queue is closed and empty
     */
    @Nullable
    List<Entry> take(int most, @Nullable Duration patience) {
        lock.lock();
        try {
            await(patience);
            if (entries.isEmpty() && closed) {
                return null;
            }
            List<Entry> taken = new ArrayList<>(Math.min(most, entries.size()));
            while (taken.size() < most && !entries.isEmpty()) {
                taken.add(entries.remove());
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void await(@Nullable Duration patience) {
        long left = patience == null ? 0 : patience.toNanos();
        while (entries.isEmpty() && !closed && (patience == null || left > 0)) {
            try {
                if (patience == null) {
                    changed.awaitUninterruptibly();
                } else {
                    left = changed.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                // Nobody interrupts the writer; who does makes it look once more.
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
     * Takes nothing more.
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
