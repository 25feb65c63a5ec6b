package dev.mesosshuffle.registry;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.logging.SparkLoggers;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.store.StateStore;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Removes applications from the registry, and restores one whose removal cannot be persisted. */
final class ApplicationRemover {
    private static final long LOCK_RETRY_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    private final RegistryState state;
    private final StateStore store;

    ApplicationRemover(RegistryState state, StateStore store) {
        this.state = state;
        this.store = store;
    }

    RemovedApplication remove(String appId) {
        state.lock.lock();
        try {
            RegisteredApplication application = state.application(appId);
            // All that needs memory comes before the first change.
            long number = application.removal == null ? state.removals + 1 : application.removalNumber;
            RemovedApplication removed = application.removed(number);
            if (application.removal == null) {
                application.removal = new CompletableFuture<>();
                application.removalNumber = number;
                state.removals = number;
                for (int i = 0; i < removed.executors().size(); i++) {
                    state.executors.remove(removed.executors().get(i).id());
                }
            }
            return removed;
        } finally {
            state.lock.unlock();
        }
    }

    void persist(RemovedApplication removed, boolean cleanupLocalDirs, CompletableFuture<Void> result) {
        CompletableFuture<Void> committed = new CompletableFuture<>();
        Throwable rejected = null;
        boolean isUnknown;
        state.lock.lock();
        try {
            RegisteredApplication application = state.applications.get(removed.appId());
            isUnknown = application == null || isOver(removed, application);
            if (application != null && !isUnknown) {
                // What follows is prepared before: there may be no memory for it once the store has the removal.
                CompletedFutures.onEnd(
                        committed, result, failure -> persisted(application, cleanupLocalDirs, failure, result));
                rejected = send(removed, cleanupLocalDirs, committed);
            }
        } finally {
            state.lock.unlock();
        }
        if (isUnknown && !removed.removals().isEmpty()) {
            result.completeExceptionally(
                    new StoreException("application " + removed.appId() + " was restored or removed meanwhile"));
        } else if (isUnknown) {
            result.complete(null);
        } else if (rejected != null) {
            committed.completeExceptionally(rejected);
        }
    }

    private @Nullable Throwable send(
            RemovedApplication removed, boolean cleanupLocalDirs, CompletableFuture<Void> committed) {
        try {
            store.removeApplication(removed.appId(), cleanupLocalDirs ? removed.removals() : List.of(), committed);
            return null;
        } catch (StoreException | OutOfMemoryError e) {
            return e;
        }
    }

    private void persisted(
            RegisteredApplication application,
            boolean cleanupLocalDirs,
            @Nullable Throwable failure,
            CompletableFuture<Void> result) {
        CompletableFuture<Void> removal = null;
        if (failure == null) {
            removal = forget(application);
            logRemoval(application.appId, cleanupLocalDirs);
        }
        CompletedFutures.complete(result, failure);
        if (removal != null) {
            removal.complete(null);
        }
    }

    /** Forgets an application that the store has removed; returns what waits for that. What needs memory comes last. */
    private @Nullable CompletableFuture<Void> forget(RegisteredApplication application) {
        // To wait for a lock needs memory, to try it does not; nobody holds it for long.
        while (!state.lock.tryLock()) {
            LockSupport.parkNanos(LOCK_RETRY_NANOS);
        }
        CompletableFuture<Void> removal = application.removal;
        try {
            state.forget(application);
            // There are some if it was restored meanwhile, because another attempt to remove it failed.
            for (RegisteredExecutor executor : application.executors()) {
                state.executors.remove(executor.id(), executor);
            }
            for (int i = 0; i < application.claims.size(); i++) {
                state.claims.remove(application.claims.get(i));
            }
        } catch (OutOfMemoryError e) {
            // Claims that remain keep others from registering these directories, no more.
            HeapShortage.survived(e);
        } finally {
            state.lock.unlock();
        }
        return removal;
    }

    /** It is removed, whether or not there is memory to log that. */
    private static void logRemoval(String appId, boolean cleanupLocalDirs) {
        try {
            SparkLoggers.BLOCK_RESOLVER.info("Application {} removed, cleanupLocalDirs = {}", appId, cleanupLocalDirs);
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
        }
    }

    /** Whether a removal was rolled back; there may be a newer one of the same application. */
    private static boolean isOver(RemovedApplication removed, RegisteredApplication application) {
        return application.removal == null || application.removalNumber != removed.number();
    }

    void restore(RemovedApplication removed) {
        CompletableFuture<Void> removal;
        state.lock.lock();
        try {
            RegisteredApplication application = state.applications.get(removed.appId());
            if (application == null || isOver(removed, application)) {
                return;
            }
            // While memory runs out for one of them, it stays as it is, and is restored by the next call.
            application.executors().forEach(executor -> state.executors.put(executor.id(), executor));
            removal = Objects.requireNonNull(application.removal);
            application.removal = null;
            state.removeIfEmpty(application);
        } finally {
            state.lock.unlock();
        }
        removal.complete(null);
    }
}
