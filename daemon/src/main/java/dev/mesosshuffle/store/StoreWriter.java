package dev.mesosshuffle.store;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.logging.OutageLogger;
import dev.mesosshuffle.peers.DirConflictException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commits what is queued, all that waits in one transaction. An operation that fails by itself fails alone: the others
 * of its group are tried again one by one.
 *
 * <p>While the file cannot be written, what is {@link DeferrableOperation} is acknowledged all the same, and written later, before
 * anything that came after it. Only removals go before what waits, and only on a disk without space, where they get the
 * {@link ReserveFile}: what one of them forgets is not written any more, and what it owned nobody else can have registered.
 * Once a removal waits, others wait behind it, for its end may wait too, and must not end a later one.
 *
 * <p>A process that dies before a removal is written leaves a file in which the application lives: the next one restores
 * it without the executors whose dirs are deleted by then, and removes it once more when it has been inactive for long
 * enough; a dir that was only renamed by then is found by its going-name.
 *
 * <p><b>Concurrency:</b> the only thread that writes; futures are completed on it, in order.
 */
final class StoreWriter implements Runnable {
    /** So that the first of a flood does not wait for the last. */
    private static final int MAX_GROUP = 1024;

    /** How long a disk that could not be written is left alone. */
    static final Duration RETRY = Duration.ofSeconds(1);

    private final OperationQueue queue;
    private final TransactionRunner transactions;
    private final DeferredWrites unwritten;
    private final IntentIndex intents;
    private final ReserveFile reserve;
    private final OutageLogger faults;
    private final Runnable committed;
    private final Ticker ticker;
    private final Counter failures;

    /** Why the file could not be written, and when to try again; null if it could. */
    private @Nullable Throwable obstacle;

    private long nextTry;

    /** How many changes were written late since it began to fail. */
    private int late;

    /** Whether the file can be written now that could only be read at the start. */
    private boolean reopened;

    StoreWriter(
            OperationQueue queue,
            TransactionRunner transactions,
            DeferredWrites unwritten,
            IntentIndex intents,
            ReserveFile reserve,
            OutageLogger faults,
            Runnable committed,
            Ticker ticker,
            Counter failures) {
        this.queue = queue;
        this.transactions = transactions;
        this.unwritten = unwritten;
        this.intents = intents;
        this.reserve = reserve;
        this.faults = faults;
        this.committed = committed;
        this.ticker = ticker;
        this.failures = failures;
    }

    @Override
    public void run() {
        for (List<OperationQueue.Entry> group = take(); group != null; group = take()) {
            commit(group);
            if (obstacle == null) {
                committed.run();
            }
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
            group.forEach(this::succeed);
        } else if (!TransactionRunner.isOwnFault(failure)) {
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
            if (failure != null && TransactionRunner.isOwnFault(failure)) {
                oldest = unwritten.oldest(1);
                failure = transactions.write(oldest);
            }
            if (failure == null) {
                late += (int) oldest.stream()
                        .filter(entry -> !(entry.operation() instanceof ReopenOperation))
                        .count();
                reopened |= late == 0;
                unwritten.drop(oldest.size());
            } else if (TransactionRunner.isOwnFault(failure)) {
                unwritten.drop(1);
                faults.lost("A change that was acknowledged from memory cannot be stored: " + failure.getMessage()
                        + "; it holds until this process ends");
            } else {
                failed(failure);
                return failure;
            }
        }
        if (late > 0 || reopened) {
            reopened = false;
            worked();
        }
        return null;
    }

    private boolean isTimeToTry() {
        return obstacle == null || ticker.read() - nextTry >= 0;
    }

    private void withoutWriting(OperationQueue.Entry entry, Throwable reason) {
        if (entry.operation() instanceof RemovalOperation removal) {
            remove(entry, removal, reason);
        } else if (entry.operation() instanceof RemovalEndOperation && Sqlite.isFaultOfTheDisk(reason)) {
            keepInMemory(entry, reason);
        } else if (entry.operation() instanceof RegistrationOperation registration && Sqlite.isFaultOfTheFile(reason)) {
            register(entry, registration, reason);
        } else {
            fail(entry, reason);
        }
    }

    private void remove(OperationQueue.Entry entry, RemovalOperation removal, Throwable reason) {
        Throwable failure = reason;
        if (Sqlite.isWantOfSpace(reason) && !unwritten.holdsRemovals()) {
            failure = writeWithReserve(List.of(entry));
        }
        if (failure == null) {
            unwritten.forget(removal.appId());
            succeed(entry);
        } else if (Sqlite.isFaultOfTheDisk(failure)) {
            unwritten.forget(removal.appId());
            keepInMemory(entry, failure);
        } else {
            fail(entry, failure);
        }
    }

    private @Nullable Throwable writeWithReserve(List<OperationQueue.Entry> group) {
        Throwable failure = transactions.write(group);
        if (failure != null && Sqlite.isWantOfSpace(failure) && reserve.giveUp()) {
            failure = transactions.write(group);
            // For the next one, before somebody else takes it.
            reserve.fill();
        }
        return failure;
    }

    private void register(OperationQueue.Entry entry, RegistrationOperation registration, Throwable reason) {
        Throwable failure = transactions.check(registration);
        if (failure == null || Sqlite.isFaultOfTheDisk(failure)) {
            // What the file says is not the newest, or cannot be read.
            failure = checkIntents(registration);
        }
        if (failure == null) {
            failure = transactions.checkElsewhere(registration);
        }
        if (failure == null) {
            keepInMemory(entry, reason);
        } else {
            fail(entry, failure);
        }
    }

    private @Nullable Throwable checkIntents(RegistrationOperation registration) {
        try {
            intents.check(registration.dirs());
            return null;
        } catch (DirConflictException e) {
            return e;
        }
    }

    private void keepInMemory(OperationQueue.Entry entry, Throwable reason) {
        if (unwritten.isFull()) {
            fail(
                    entry,
                    new StoreException(reason.getMessage() + "; and " + unwritten.size()
                            + " changes, as many as are kept in memory, wait for it already"));
        } else {
            unwritten.add(entry);
            succeed(entry);
        }
    }

    private void succeed(OperationQueue.Entry entry) {
        intents.acknowledged(entry.operation());
        entry.done().complete(null);
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
                    "Registrations and removals that are lost, the last ones that this log tells of, since they were never"
                            + " stored: " + unwritten.size() + " (" + failure.getMessage()
                            + "). Executors that go on are unknown here until they register again, dirs of applications"
                            + " that are over stay until someone deletes them, and applications that were removed are"
                            + " known again after the next start, until they have been inactive for long enough");
        }
    }

    private void failed(Throwable failure) {
        obstacle = failure;
        nextTry = ticker.read() + RETRY.toNanos();
        // What is not there was told by who noticed it.
        if (!(failure instanceof RegistryLostException)) {
            faults.failed(failure);
        }
    }

    private void worked() {
        obstacle = null;
        faults.worked(late == 0 ? "" : "; registrations and removals that waited for it, now stored: " + late);
        late = 0;
    }

    private void fail(OperationQueue.Entry entry, Throwable reason) {
        failures.inc();
        Throwable failure = reason instanceof DirConflictException
                ? reason
                : new StoreException("the registry's store cannot be written: " + reason.getMessage(), reason);
        entry.done().completeExceptionally(failure);
    }
}
