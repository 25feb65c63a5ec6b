package dev.mesosshuffle.registry;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.logging.SparkLoggers;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExactPaths;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.store.StateStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Registers executors and drivers: first in the store, then in memory. */
final class Registrar {
    private final RegistryState state;
    private final StateStore store;
    private final Counter refused;

    /** The number of registrations that were sent to the store; guarded by the registry's lock. */
    private long sequence;

    Registrar(RegistryState state, StateStore store, Counter refused) {
        this.state = state;
        this.store = store;
        this.refused = refused;
    }

    /**
     * A registration that is not persisted yet.
     *
     * @param claims its claims, pending until it is persisted
     * @param sequence its number among all that were sent to the store
     * @param reservedBytes what was reserved for the executor, without its claims
     */
    private record Registration(
            RegisteredApplication application,
            RegisteredExecutor executor,
            List<LocalDirClaims.Claim> claims,
            long sequence,
            long reservedBytes) {}

    CompletableFuture<Void> registerExecutor(RegisteredExecutor executor, Object client) {
        RegisteredExecutor stored;
        List<StoredLocalDir> owned = new ArrayList<>();
        try {
            RegistrationLimits.checkDistinct(
                    executor.dirs().stream().map(LocalDir::path).toList());
            stored = new RegisteredExecutor(executor.id(), normal(executor), executor.dirs());
            for (LocalDir dir : executor.dirs()) {
                checkStorable(dir);
                owned.add(new StoredLocalDir(dir, executor.id().appId(), RootListings.inode(dir.root())));
            }
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(refusal(executor.id() + ": " + e.getMessage(), false));
        } catch (IOException e) {
            return refused(executor.id() + ": the root of its local dirs cannot be read (" + e + ")");
        }
        return persist(stored, owned, client);
    }

    /** The store keeps the paths of an executor line by line. */
    private static void checkStorable(LocalDir dir) {
        if (dir.path().toString().indexOf('\n') >= 0) {
            throw new IllegalArgumentException(
                    "dir: " + Sanitizer.printable(dir.path().toString()) + " (expected: no line break)");
        }
    }

    /**
     * Returns what to keep of a registration: a directory's spelling, which may lead to the real path through a link, without
     * what it repeats; and one text for the shuffle manager of nearly all executors.
     */
    private ExecutorShuffleInfo normal(RegisteredExecutor executor) {
        ExecutorShuffleInfo info = executor.info();
        List<String> spelled = new ArrayList<>(executor.dirs().size());
        for (String dir : info.localDirs()) {
            spelled.add(ExactPaths.of(dir).normalize().toString());
        }
        return new ExecutorShuffleInfo(
                spelled, info.subDirsPerLocalDir(), RegistrySizes.sharedShuffleManager(info.shuffleManager()));
    }

    private CompletableFuture<Void> persist(RegisteredExecutor stored, List<StoredLocalDir> owned, Object client) {
        String appId = stored.id().appId();
        CompletableFuture<Void> committed = new CompletableFuture<>();
        CompletableFuture<Void> result = new CompletableFuture<>();
        Throwable rejected;
        state.lock.lock();
        try {
            for (LocalDir dir : stored.dirs()) {
                LocalDirClaims.Claim conflict = state.claims.conflict(appId, dir);
                if (conflict != null) {
                    return refused("local dir " + dir.path() + " of " + stored.id() + ": "
                            + conflict.dir().path() + " belongs to application " + conflict.appId()
                            + " (expected: a dir of its own)");
                }
            }
            RegisteredApplication application = state.application(appId);
            if (application.removal != null) {
                return CompletedFutures.after(application.removal, () -> persist(stored, owned, client));
            }
            RegisteredExecutor executor = interned(stored, application);
            long bytes = application.addedBytes(executor);
            // What follows is prepared before: there may be no memory for it once anything is reserved.
            Registration registration =
                    new Registration(application, executor, new ArrayList<>(owned.size()), ++sequence, bytes);
            CompletedFutures.onEnd(committed, result, failure -> persisted(registration, failure, result));
            if (!application.tryStart(executor, bytes + newClaims(executor.dirs()))) {
                state.removeIfEmpty(application);
                return full(executor.id().toString(), application);
            }
            rejected = send(registration, owned, client, committed);
        } finally {
            state.lock.unlock();
        }
        if (rejected != null) {
            committed.completeExceptionally(rejected);
        }
        return result;
    }

    /** Claims the directories, and sends the registration to the store; returns why that failed, null if it did not. */
    private @Nullable Throwable send(
            Registration registration, List<StoredLocalDir> owned, Object client, CompletableFuture<Void> committed) {
        try {
            acquire(registration, owned);
            store.putExecutor(registration.executor(), owned, client, committed);
            return null;
        } catch (StoreException | OutOfMemoryError e) {
            // What was reserved for the claims that there are is released with them.
            registration.application().release(newClaims(registration.executor().dirs()));
            return e;
        }
    }

    private long newClaims(List<LocalDir> dirs) {
        long bytes = 0;
        for (LocalDir dir : dirs) {
            bytes += state.claims.claimed(dir.path()) == null ? RegistrySizes.claim(dir) : 0;
        }
        return bytes;
    }

    private CompletableFuture<Void> full(String who, RegisteredApplication application) {
        return refused(who + ": the registry is full (expected: at most " + application.budget.freeBytes()
                + " bytes more for this application, spark.mesos.shuffle.service.maxRegistryMemory)");
    }

    private void acquire(Registration registration, List<StoredLocalDir> owned) {
        RegisteredApplication application = registration.application();
        for (int i = 0; i < owned.size(); i++) {
            StoredLocalDir dir = new StoredLocalDir(
                    registration.executor().dirs().get(i),
                    application.appId,
                    owned.get(i).rootInode());
            registration.claims().add(state.claims.acquire(dir, application.claims));
        }
    }

    /** Returns the same executor, made of the objects that the registry keeps already. */
    private RegisteredExecutor interned(RegisteredExecutor executor, RegisteredApplication application) {
        List<LocalDir> dirs = new ArrayList<>(executor.dirs().size());
        List<String> spelled = new ArrayList<>(executor.dirs().size());
        for (int i = 0; i < executor.dirs().size(); i++) {
            LocalDir dir = state.interned(executor.dirs().get(i));
            String text = executor.info().localDirs().get(i);
            String real = dir.path().toString();
            dirs.add(dir);
            spelled.add(text.equals(real) ? real : text);
        }
        ExecutorShuffleInfo info = executor.info();
        return new RegisteredExecutor(
                new AppExecId(application.appId, executor.id().execId()),
                new ExecutorShuffleInfo(spelled, info.subDirsPerLocalDir(), info.shuffleManager()),
                dirs);
    }

    private void persisted(Registration registration, @Nullable Throwable failure, CompletableFuture<Void> result) {
        RegisteredApplication application = registration.application();
        RegisteredExecutor executor = registration.executor();
        Throwable reason = failure;
        state.lock.lock();
        try {
            application.ended(executor);
            if (failure == null) {
                registration.claims().forEach(state.claims::keep);
                application.persisted = true;
                application.put(executor, registration.sequence(), registration.reservedBytes());
                if (application.removal == null && application.isLatest(executor, registration.sequence())) {
                    state.executors.put(executor.id(), executor);
                }
                if (application.removal != null) {
                    // Removed in between: it is served only if the application is restored.
                    reason = refusal(
                            "application " + application.appId + " was removed; " + executor.id()
                                    + " was not registered",
                            false);
                }
            } else {
                application.release(registration.reservedBytes());
                registration.claims().stream().filter(state.claims::release).forEach(claim -> {
                    application.claims.remove(claim);
                    application.release(RegistrySizes.claim(claim.dir()));
                });
                state.removeIfEmpty(application);
            }
        } finally {
            state.lock.unlock();
        }
        if (reason == null) {
            SparkLoggers.BLOCK_RESOLVER.info("Registered executor {} with {}", executor.id(), executor.info());
            result.complete(null);
        } else {
            result.completeExceptionally(
                    reason instanceof DirConflictException
                            ? refusal(String.valueOf(reason.getMessage()), true)
                            : reason);
        }
    }

    CompletableFuture<Void> registerDriver(String appId, @Nullable StoredDrivers drivers, Object client) {
        CompletableFuture<Void> committed = new CompletableFuture<>();
        CompletableFuture<Void> result = new CompletableFuture<>();
        StoredApplication stored = drivers == null
                ? new StoredApplication(appId, null, null)
                : new StoredApplication(appId, drivers.heartbeatTimeoutMs(), drivers.addresses(), drivers.reregister());
        Throwable rejected;
        state.lock.lock();
        try {
            RegisteredApplication application = state.application(appId);
            if (application.removal != null) {
                return CompletedFutures.after(application.removal, () -> registerDriver(appId, drivers, client));
            }
            CompletedFutures.onEnd(committed, result, failure -> driverPersisted(application, failure, result));
            if (!application.tryReserveDriver()) {
                state.removeIfEmpty(application);
                return full("driver of " + appId, application);
            }
            application.pending++;
            rejected = send(stored, client, committed);
        } finally {
            state.lock.unlock();
        }
        if (rejected != null) {
            committed.completeExceptionally(rejected);
        }
        return result;
    }

    private @Nullable Throwable send(StoredApplication stored, Object client, CompletableFuture<Void> committed) {
        try {
            store.putApplication(stored, client, committed);
            return null;
        } catch (StoreException | OutOfMemoryError e) {
            return e;
        }
    }

    private void driverPersisted(
            RegisteredApplication application, @Nullable Throwable failure, CompletableFuture<Void> result) {
        state.lock.lock();
        try {
            application.pending--;
            if (failure == null) {
                application.persisted = true;
            }
            state.removeIfEmpty(application);
        } finally {
            state.lock.unlock();
        }
        CompletedFutures.complete(result, failure);
    }

    private CompletableFuture<Void> refused(String reason) {
        return CompletableFuture.failedFuture(refusal(reason, true));
    }

    private RegistrationRefusedException refusal(String reason, boolean confidential) {
        refused.inc();
        return new RegistrationRefusedException(reason, confidential);
    }
}
