package dev.mesosshuffle.store;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.database.Sqlite;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.logging.OutageLogger;
import dev.mesosshuffle.peers.DirConflictException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commits the queued operations, all that wait in one transaction. An operation that is rejected fails alone: the others
 * of its group are retried one by one.
 *
 * <p>While the file cannot be written, each {@link DeferrableOperation} is acknowledged all the same, and written later,
 * before anything that came after it. Only removals pass what is deferred, and only on a disk without space, where they get
 * the {@link ReserveFile}: the deferred registrations of a removed application are dropped, and nobody else can have
 * registered what it owned. Once a removal is deferred, later ones are deferred behind it, since its end may be deferred
 * too, and must not end a later removal.
 *
 * <p>A process that dies before a removal is written leaves a file in which the application lives. The next process
 * restores it without the executors whose directories are deleted by then, and removes it again when it has been inactive
 * for long enough; a directory that was only renamed by then is found by its name, {@code going-*}.
 *
 * <p><b>Concurrency:</b> the only thread that writes; futures are completed on it, in order.
 */
final class StoreWriter implements Runnable {
    /** So that the first of a flood does not wait for the last. */
    private static final int MAX_GROUP = 128;

    /** How long to wait after a failure before the file is written again. */
    static final Duration RETRY = Duration.ofSeconds(1);

    private final OperationQueue queue;
    private final TransactionRunner transactions;
    private final DeferredWrites deferred;
    private final IntentIndex intents;
    private final ReserveFile reserve;
    private final Runnable afterCommit;
    private final Ticker ticker;
    private final OutageLogger outages;
    private final Counter failures;

    /** Whether something is stored, or will be, of which nobody knows yet. */
    private boolean unanswered;

    /** Why the file could not be written; null if it could, or if it is to be tried at once. */
    private @Nullable Throwable lastFailure;

    private long nextTry;

    /** How many operations were written late in this outage. */
    private int writtenLate;

    /** Whether the file can be written now that could only be read at the start. */
    private boolean reopened;

    /**
     * What was acknowledged.
     *
     * @param deferred the operations that are not written yet
     * @param intents the intents to delete as they are once those are written
     */
    record Acknowledged(DeferredWrites deferred, IntentIndex intents) {}

    /**
     * Where failures are reported.
     *
     * @param outages logs when writing begins to fail and when it recovers
     * @param operations counts the operations that failed
     */
    record FailureReports(OutageLogger outages, Counter operations) {}

    /**
     * Creates a writer.
     *
     * @param afterCommit called after each group, and every few seconds while there is none, as long as writing succeeds
     */
    StoreWriter(
            OperationQueue queue,
            TransactionRunner transactions,
            Acknowledged acknowledged,
            ReserveFile reserve,
            Runnable afterCommit,
            Ticker ticker,
            FailureReports reports) {
        this.queue = queue;
        this.transactions = transactions;
        this.deferred = acknowledged.deferred();
        this.intents = acknowledged.intents();
        this.reserve = reserve;
        this.afterCommit = afterCommit;
        this.ticker = ticker;
        this.outages = reports.outages();
        this.failures = reports.operations();
    }

    @Override
    public void run() {
        boolean open = true;
        while (open) {
            try {
                open = commitNext();
            } catch (OutOfMemoryError e) {
                if (unanswered) {
                    // Whoever waits cannot learn that it is stored: only a start reads it again. Uncaught, this ends
                    // the
                    // process.
                    throw e;
                }
                // Nothing was taken, or what was is answered: the next group is written.
                HeapShortage.survived(e);
            }
        }
        flushOnClose();
    }

    private boolean commitNext() {
        List<OperationQueue.Entry> group = take();
        if (group == null) {
            return false;
        }
        try {
            commit(group);
        } catch (OutOfMemoryError e) {
            if (!unanswered) {
                unanswered = true;
                // Those that were answered before keep their answer.
                for (OperationQueue.Entry entry : group) {
                    entry.done().completeExceptionally(e);
                }
                unanswered = false;
            }
            throw e;
        }
        if (lastFailure == null) {
            afterCommit.run();
        }
        return true;
    }

    private @Nullable List<OperationQueue.Entry> take() {
        boolean nothingToRetry = deferred.isEmpty() && reserve.isFull();
        return queue.take(MAX_GROUP, nothingToRetry ? DatabaseGuard.PERIOD : RETRY);
    }

    /** Commits a group, after what is deferred; with an empty one, what is deferred. */
    void commit(List<OperationQueue.Entry> group) {
        Throwable failure = writeDeferred();
        if (failure != null) {
            group.forEach(entry -> onWriteFailure(entry, failure));
            return;
        }
        if (!group.isEmpty()) {
            write(group);
        }
        if (deferred.isEmpty() && !reserve.isFull() && isTimeToTry()) {
            reserve.refillIfSpaceAllows();
            if (reserve.isFull()) {
                onSuccess();
            }
        }
    }

    private void write(List<OperationQueue.Entry> group) {
        Throwable failure = transactions.write(group);
        if (failure == null) {
            unanswered = true;
            onSuccess();
            group.forEach(this::succeed);
            unanswered = false;
        } else if (!TransactionRunner.isRejected(failure)) {
            onFailure(failure);
            group.forEach(entry -> onWriteFailure(entry, failure));
        } else if (group.size() == 1) {
            fail(group.get(0), failure);
        } else {
            group.forEach(entry -> commit(List.of(entry)));
        }
    }

    /** Returns why something is still deferred; null if nothing is. */
    private @Nullable Throwable writeDeferred() {
        while (!deferred.isEmpty()) {
            if (!isTimeToTry()) {
                return lastFailure;
            }
            List<OperationQueue.Entry> oldest = deferred.oldest(MAX_GROUP);
            Throwable failure = transactions.write(oldest);
            if (failure != null && TransactionRunner.isRejected(failure)) {
                oldest = deferred.oldest(1);
                failure = transactions.write(oldest);
            }
            if (failure == null) {
                writtenLate += (int) oldest.stream()
                        .filter(entry -> !(entry.operation() instanceof ReopenOperation))
                        .count();
                reopened |= writtenLate == 0;
                deferred.drop(oldest.size());
            } else if (TransactionRunner.isRejected(failure)) {
                deferred.drop(1);
                outages.lost("An operation that was acknowledged before it was stored cannot be stored: "
                        + failure.getMessage() + "; it is in effect until this process ends");
            } else {
                onFailure(failure);
                return failure;
            }
        }
        if (writtenLate > 0 || reopened) {
            reopened = false;
            onSuccess();
        }
        return null;
    }

    private boolean isTimeToTry() {
        return lastFailure == null || ticker.read() - nextTry >= 0;
    }

    private void onWriteFailure(OperationQueue.Entry entry, Throwable reason) {
        if (entry.operation() instanceof RemovalOperation removal) {
            removeUsingReserve(entry, removal, reason);
        } else if (entry.operation() instanceof RemovalEndOperation && Sqlite.isDiskFailure(reason)) {
            acknowledgeUnwritten(entry, reason);
        } else if (entry.operation() instanceof RegistrationOperation registration && Sqlite.isWriteFailure(reason)) {
            registerUnwritten(entry, registration, reason);
        } else {
            fail(entry, reason);
        }
    }

    private void removeUsingReserve(OperationQueue.Entry entry, RemovalOperation removal, Throwable reason) {
        Throwable failure = reason;
        if (Sqlite.isOutOfSpace(reason) && !deferred.holdsRemovals()) {
            failure = writeUsingReserve(List.of(entry));
        }
        if (failure == null) {
            unanswered = true;
            deferred.dropRegistrations(removal.appId());
            succeed(entry);
            unanswered = false;
        } else if (Sqlite.isDiskFailure(failure)) {
            // While the removal can still be refused, what was acknowledged before must remain.
            if (deferred.hasRoomWithoutRegistrations(removal.appId(), entry)) {
                deferred.dropRegistrations(removal.appId());
            }
            acknowledgeUnwritten(entry, failure);
        } else {
            fail(entry, failure);
        }
    }

    private @Nullable Throwable writeUsingReserve(List<OperationQueue.Entry> group) {
        Throwable failure = transactions.write(group);
        if (failure != null && Sqlite.isOutOfSpace(failure) && reserve.release()) {
            failure = transactions.write(group);
            // For the next one, before somebody else takes it.
            reserve.fill();
        }
        return failure;
    }

    private void registerUnwritten(OperationQueue.Entry entry, RegistrationOperation registration, Throwable reason) {
        Throwable failure = transactions.check(registration);
        if (failure == null || Sqlite.isDiskFailure(failure)) {
            // The file is not up to date, or cannot be read.
            failure = checkIntents(registration);
        }
        if (failure == null) {
            failure = transactions.checkPeers(registration);
        }
        if (failure == null) {
            acknowledgeUnwritten(entry, reason);
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

    private void acknowledgeUnwritten(OperationQueue.Entry entry, Throwable reason) {
        if (!deferred.hasRoomFor(entry)) {
            fail(
                    entry,
                    new StoreException(reason.getMessage() + "; and no more is deferred beside " + deferred.size()
                            + " operations with " + deferred.bytes() + " bytes"));
        } else {
            deferred.add(entry);
            unanswered = true;
            succeed(entry);
            unanswered = false;
        }
    }

    private void succeed(OperationQueue.Entry entry) {
        intents.acknowledged(entry.operation());
        entry.done().complete(null);
    }

    private void flushOnClose() {
        lastFailure = null;
        Throwable failure = writeDeferred();
        if (failure != null && Sqlite.isOutOfSpace(failure) && reserve.release()) {
            lastFailure = null;
            failure = writeDeferred();
            reserve.fill();
        }
        if (failure != null) {
            outages.lost("Registrations and removals are lost because they could never be stored: " + deferred.size()
                    + ", the last ones in this log (" + failure.getMessage()
                    + "). Executors that still run are unknown here until they register again, directories of expired"
                    + " applications stay until someone deletes them, and removed applications are restored at the next"
                    + " start, until they have been inactive for long enough");
        }
    }

    private void onFailure(Throwable failure) {
        lastFailure = failure;
        nextTry = ticker.read() + RETRY.toNanos();
        // Whoever noticed the loss of the registry has logged it.
        if (!(failure instanceof RegistryLostException)) {
            outages.failed(failure);
        }
    }

    private void onSuccess() {
        lastFailure = null;
        outages.recovered(
                writtenLate == 0 ? "" : "; deferred registrations and removals that are stored now: " + writtenLate);
        writtenLate = 0;
    }

    private void fail(OperationQueue.Entry entry, Throwable reason) {
        failures.inc();
        Throwable failure = reason instanceof DirConflictException
                ? reason
                : new StoreException("the registry's store cannot be written: " + reason.getMessage(), reason);
        entry.done().completeExceptionally(failure);
    }
}
