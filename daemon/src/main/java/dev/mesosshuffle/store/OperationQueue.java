package dev.mesosshuffle.store;

import dev.mesosshuffle.concurrent.TurnQueue;
import dev.mesosshuffle.database.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Operations that wait for the writer. Clients take turns, and this service's own operations are one more client, so that a
 * registration waits for few of others, however many they have. Those of one application are taken in their order: while some
 * wait, further ones go behind them, whoever they are from.
 *
 * <p>A queue of its own, since none of the JDK's can be closed: after {@link #close} no operation can enter behind the writer's
 * last take.
 *
 * <p><b>Concurrency:</b> {@link #add} from any thread, never blocking; {@link #take} from the writer alone.
 */
final class OperationQueue {
    /** One client may have one part in so many of all operations that wait. */
    private static final int CLIENT_PART = 2;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TurnQueue<Waiting> entries = new TurnQueue<>();

    /** Of the applications with operations that wait. */
    private final Map<String, Line> lines = new HashMap<>();

    private final int capacity;
    private boolean closed;

    OperationQueue(int capacity) {
        this.capacity = capacity;
    }

    /** An operation, and what completes after its commit. */
    record Entry(StoreOperation operation, CompletableFuture<Void> done, StoreTurn turn) {
        /** One of this service's own. */
        Entry(StoreOperation operation, CompletableFuture<Void> done) {
            this(operation, done, StoreTurn.OWN);
        }
    }

    /** The client among whose operations those of one application wait, and how many they are. */
    private static final class Line {
        private final Object client;
        private int size;

        private Line(Object client) {
            this.client = client;
        }
    }

    private record Waiting(Entry entry, @Nullable Line line) {}

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
            StoreTurn turn = entry.turn();
            if (entries.size() >= capacity
                    || (turn.isOfClient() && entries.size(turn.client()) >= capacity / CLIENT_PART)) {
                throw new StoreException(
                        "the registry's store is overloaded: " + entries.size() + " operations wait for the disk");
            }
            if (turn.appId() == null) {
                entries.add(turn.client(), new Waiting(entry, null));
            } else {
                addInLine(entry, turn.client(), turn.appId());
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** What there is no memory for leaves nothing behind. */
    private void addInLine(Entry entry, Object client, String appId) {
        Line line = lines.get(appId);
        if (line == null) {
            line = new Line(client);
        }
        boolean added = false;
        try {
            if (line.size == 0) {
                lines.put(appId, line);
            }
            entries.add(line.client, new Waiting(entry, line));
            line.size++;
            added = true;
        } finally {
            if (!added && line.size == 0) {
                lines.remove(appId);
            }
        }
    }

    private Entry poll() {
        Waiting next = Objects.requireNonNull(entries.poll());
        Line line = next.line();
        if (line != null && --line.size == 0) {
            lines.remove(next.entry().turn().appId());
        }
        return next.entry();
    }

    /**
     * Waits for at least one operation.
     *
     * @param max how many to take at most
     * @param timeout how long to wait for the first one
     * @return the operations whose turn it is, none after a timeout; null if the queue is closed and empty
     */
    @Nullable
    List<Entry> take(int max, Duration timeout) {
        lock.lock();
        try {
            await(timeout);
            if (entries.size() == 0 && closed) {
                return null;
            }
            List<Entry> taken = new ArrayList<>(Math.min(max, entries.size()));
            while (taken.size() < max && entries.size() > 0) {
                taken.add(poll());
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void await(Duration timeout) {
        long left = timeout.toNanos();
        while (entries.size() == 0 && !closed && left > 0) {
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
