package dev.mesosshuffle.store;

import com.codahale.metrics.Counter;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Commits what is queued, all that waits in one transaction. An operation that fails by itself fails alone: the others
 * of its group are tried again one by one.
 *
 * <p>While the file cannot be written, registrations are acknowledged all the same, and written later, before anything
 * that came after them. Only removals go before them, and only on a disk without space, where they get the {@link
 * Reserve}: what one of them forgets is not written any more, and what it owned nobody else can have registered.
 *
 * <p><b>Concurrency:</b> the only thread that writes; futures are completed on it, in order.
 */
final class Writer implements Runnable {
    /** So that the first of a flood does not wait for the last. */
    private static final int MAX_GROUP = 1024;

    /** How long a disk that could not be written is left alone. */
    static final Duration RETRY = Duration.ofSeconds(1);

    private final OperationQueue queue;
    private final Transactions transactions;
    private final Unwritten unwritten;
    private final Reserve reserve;
    private final FaultLog faults;
    private final Runnable committed;
    private final LongSupplier nanoTime;
    private final Counter failures;

    /** Why the file could not be written, and when to try again; null if it could. */
    private @Nullable Throwable obstacle;

    private long nextTry;

    /** How many registrations were written late since it began to fail. */
    private int late;

    Writer(
            OperationQueue queue,
            Transactions transactions,
            Unwritten unwritten,
            Reserve reserve,
            FaultLog faults,
            Runnable committed,
            LongSupplier nanoTime,
            Counter failures) {
        this.queue = queue;
        this.transactions = transactions;
        this.unwritten = unwritten;
        this.reserve = reserve;
        this.faults = faults;
        this.committed = committed;
        this.nanoTime = nanoTime;
        this.failures = failures;
    }

    @Override
    public void run() {
        for (List<OperationQueue.Entry> group = take(); group != null; group = take()) {
            commit(group);
            committed.run();
        }
        end();
    }

    private @Nullable List<OperationQueue.Entry> take() {
        boolean allIsWell = unwritten.isEmpty() && reserve.isWhole();
        return queue.take(MAX_GROUP, allIsWell ? DatabaseGuard.PERIOD : RETRY);
    }

    /** Commits a group, after what waits; with an empty one, what waits. */
    void commit(List<OperationQueue.Entry> group) {
        Throwable failure = writeUnwritten();
        if (failure != null) {
            group.forEach(entry -> withoutWriting(entry, failure));
            return;
        }
        if (!group.isEmpty()) {
            write(group);
        }
        if (unwritten.isEmpty() && !reserve.isWhole() && isTimeToTry()) {
            reserve.fillIfThereIsRoom();
            if (reserve.isWhole()) {
                worked();
            }
        }
    }

    private void write(List<OperationQueue.Entry> group) {
        Throwable failure = transactions.write(group);
        if (failure == null) {
            worked();
            group.forEach(entry -> entry.done().complete(null));
        } else if (!Transactions.isOwnFault(failure)) {
            failed(failure);
            group.forEach(entry -> withoutWriting(entry, failure));
        } else if (group.size() == 1) {
            fail(group.get(0), failure);
        } else {
            group.forEach(entry -> commit(List.of(entry)));
        }
    }

    /** Returns why something still is unwritten; null if nothing is. */
    private @Nullable Throwable writeUnwritten() {
        while (!unwritten.isEmpty()) {
            if (!isTimeToTry()) {
                return obstacle;
            }
            List<OperationQueue.Entry> oldest = unwritten.oldest(MAX_GROUP);
            Throwable failure = transactions.write(oldest);
            if (failure != null && Transactions.isOwnFault(failure)) {
                oldest = unwritten.oldest(1);
                failure = transactions.write(oldest);
            }
            if (failure == null) {
                late += oldest.size();
                unwritten.drop(oldest.size());
            } else if (Transactions.isOwnFault(failure)) {
                unwritten.drop(1);
                faults.lost("A registration that was served from memory cannot be stored: " + failure.getMessage()
                        + "; it is served until this process ends");
            } else {
                failed(failure);
                return failure;
            }
        }
        if (late > 0) {
            worked();
        }
        return null;
    }

    private boolean isTimeToTry() {
        return obstacle == null || nanoTime.getAsLong() - nextTry >= 0;
    }

    private void withoutWriting(OperationQueue.Entry entry, Throwable reason) {
        if (entry.operation() instanceof Removal removal && Sqlite.isWantOfSpace(reason)) {
            removeAllTheSame(entry, removal);
        } else if (entry.operation() instanceof Registration registration && Sqlite.isFaultOfTheFile(reason)) {
            acknowledge(entry, registration, reason);
        } else {
            fail(entry, reason);
        }
    }

    private void removeAllTheSame(OperationQueue.Entry entry, Removal removal) {
        List<OperationQueue.Entry> alone = List.of(entry);
        Throwable failure = transactions.write(alone);
        if (failure != null && Sqlite.isWantOfSpace(failure) && reserve.giveUp()) {
            failure = transactions.write(alone);
            // For the next one, before somebody else takes it.
            reserve.fill();
        }
        if (failure == null) {
            unwritten.forget(removal.appId());
            entry.done().complete(null);
        } else {
            fail(entry, failure);
        }
    }

    private void acknowledge(OperationQueue.Entry entry, Registration registration, Throwable reason) {
        Throwable failure = transactions.check(registration);
        if (failure != null) {
            fail(entry, failure);
        } else if (unwritten.isFull()) {
            fail(
                    entry,
                    new StoreException(reason.getMessage() + "; and " + unwritten.size()
                            + " registrations, as many as are kept in memory, wait for it already"));
        } else {
            unwritten.add(entry);
            entry.done().complete(null);
        }
    }

    private void end() {
        obstacle = null;
        Throwable failure = writeUnwritten();
        if (failure != null && Sqlite.isWantOfSpace(failure) && reserve.giveUp()) {
            obstacle = null;
            failure = writeUnwritten();
            reserve.fill();
        }
        if (failure != null) {
            faults.lost(
                    "Registrations that are lost, the last ones that this log tells of, since they were never stored: "
                            + unwritten.size() + " (" + failure.getMessage()
                            + "). Executors that go on are unknown here until"
                            + " they register again, and dirs of applications that are over stay until someone deletes them");
        }
    }

    private void failed(Throwable failure) {
        obstacle = failure;
        nextTry = nanoTime.getAsLong() + RETRY.toNanos();
        // What is not there was told by who noticed it.
        if (!(failure instanceof RegistryLostException)) {
            faults.failed(failure);
        }
    }

    private void worked() {
        obstacle = null;
        faults.worked(late == 0 ? "" : "; registrations that waited for it, now stored: " + late);
        late = 0;
    }

    private void fail(OperationQueue.Entry entry, Throwable reason) {
        failures.inc();
        Throwable failure = reason instanceof DirTakenException
                ? reason
                : new StoreException("the registry's store cannot be written: " + reason.getMessage(), reason);
        entry.done().completeExceptionally(failure);
    }
}
