package dev.mesosshuffle.concurrent;

import java.util.AbstractQueue;
import java.util.Collection;
import java.util.Iterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The queue of a pool of threads, from which clients take turns ({@link GroupedTurnQueue}). Bounded for each client, for each
 * group of clients, and in all. A task that is no {@link ClientTask} is a client of its own.
 *
 * <p><b>Concurrency:</b> for any thread. {@link #offer(Runnable)} never waits.
 */
final class FairTaskQueue extends AbstractQueue<Runnable> implements BlockingQueue<Runnable> {
    /** A group of several clients may have one part in so many of all tasks that wait. */
    private static final int GROUP_PART = 2;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final GroupedTurnQueue<Runnable> tasks = new GroupedTurnQueue<>();
    private final int capacity;
    private final int capacityPerClient;

    /**
     * Creates an empty queue.
     *
     * @param capacity how many tasks may wait in all
     * @param capacityPerClient how many tasks of one client may wait
     */
    FairTaskQueue(int capacity, int capacityPerClient) {
        this.capacity = capacity;
        this.capacityPerClient = capacityPerClient;
    }

    private static Object clientOf(Runnable task) {
        return task instanceof ClientTask its ? its.client() : task;
    }

    @Override
    public boolean offer(Runnable task) {
        Object client = clientOf(task);
        lock.lock();
        try {
            if (tasks.size() >= capacity || tasks.size(client) >= capacityPerClient || isGroupFull(client)) {
                return false;
            }
            tasks.add(client, task);
            notEmpty.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isGroupFull(Object client) {
        return client instanceof GroupedClient && tasks.groupSize(client) >= Math.max(1, capacity / GROUP_PART);
    }

    /** As {@link #offer(Runnable)}: room for a task is not waited for. */
    @Override
    public boolean offer(Runnable task, long timeout, TimeUnit unit) {
        return offer(task);
    }

    /** As {@link #offer(Runnable)}: room for a task is not waited for. */
    @Override
    public void put(Runnable task) {
        add(task);
    }

    @Override
    public @Nullable Runnable poll() {
        lock.lock();
        try {
            return tasks.poll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
        long left = unit.toNanos(timeout);
        lock.lockInterruptibly();
        try {
            Runnable task = tasks.poll();
            while (task == null && left > 0) {
                left = notEmpty.awaitNanos(left);
                task = tasks.poll();
            }
            return task;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Runnable take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Runnable task = tasks.poll();
            while (task == null) {
                notEmpty.await();
                task = tasks.poll();
            }
            return task;
        } finally {
            lock.unlock();
        }
    }

    /** Not supported: whose turn it is may change until a task is taken. */
    @Override
    public Runnable peek() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean remove(@Nullable Object task) {
        if (!(task instanceof Runnable its)) {
            return false;
        }
        lock.lock();
        try {
            return tasks.remove(clientOf(its), its);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int size() {
        lock.lock();
        try {
            return tasks.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int remainingCapacity() {
        return capacity - size();
    }

    @Override
    public int drainTo(Collection<? super Runnable> target) {
        return drainTo(target, Integer.MAX_VALUE);
    }

    @Override
    public int drainTo(Collection<? super Runnable> target, int max) {
        int drained = 0;
        for (Runnable task = max > 0 ? poll() : null; task != null; task = drained < max ? poll() : null) {
            target.add(task);
            drained++;
        }
        return drained;
    }

    /** Iterates over the tasks that wait now. */
    @Override
    public Iterator<Runnable> iterator() {
        lock.lock();
        try {
            return tasks.entries().iterator();
        } finally {
            lock.unlock();
        }
    }
}
