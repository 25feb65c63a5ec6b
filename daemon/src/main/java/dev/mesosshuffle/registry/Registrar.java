package dev.mesosshuffle.registry;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredExecutor;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.logging.SparkLoggers;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.peers.DirConflictException;
import dev.mesosshuffle.store.StateStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The way of executors and drivers into the store and then into the memory. */
final class Registrar {
    private final RegistryState memory;
    private final StateStore store;
    private final Counter refused;

    /** How many registrations were sent to the store; guarded by the memory's lock. */
    private long sequence;

    /** What nearly every executor says, kept once for all of them. */
    private volatile String lastShuffleManager = "";

    Registrar(RegistryState memory, StateStore store, Counter refused) {
        this.memory = memory;
        this.store = store;
        this.refused = refused;
    }

    /**
     * A registration on its way to the store.
     *
     * @param sequence its place among all that were sent there
     */
    private record Registration(
            RegisteredApplication application,
            RegisteredExecutor executor,
            List<LocalDirClaims.Claim> held,
            long sequence) {}

    CompletableFuture<Void> registerExecutor(RegisteredExecutor executor) {
        StoredExecutor stored;
        List<StoredLocalDir> owned = new ArrayList<>();
        try {
            stored = new StoredExecutor(executor.id(), shared(executor), executor.dirs());
            for (LocalDir dir : executor.dirs()) {
                owned.add(new StoredLocalDir(dir, executor.id().appId(), RootListings.inode(dir.root())));
            }
        } catch (IllegalArgumentException e) {
            return refused(executor.id() + ": " + e.getMessage());
        } catch (IOException e) {
            return refused(executor.id() + ": the root of its local dirs cannot be read (" + e + ")");
        }
        return persist(stored, owned);
    }

    /** Equal texts, which are long, become one object, as after a restart: most of an executor's memory is text. */
    private ExecutorShuffleInfo shared(RegisteredExecutor executor) {
        ExecutorShuffleInfo info = executor.info();
        List<String> spelled = new ArrayList<>(executor.dirs().size());
        for (int i = 0; i < executor.dirs().size(); i++) {
            String real = executor.dirs().get(i).path().toString();
            spelled.add(
                    real.equals(info.localDirs().get(i))
                            ? real
                            : info.localDirs().get(i));
        }
        String shuffleManager = lastShuffleManager;
        if (!shuffleManager.equals(info.shuffleManager())) {
            shuffleManager = info.shuffleManager();
            lastShuffleManager = shuffleManager;
        }
        return new ExecutorShuffleInfo(List.copyOf(spelled), info.subDirsPerLocalDir(), shuffleManager);
    }

    private CompletableFuture<Void> persist(StoredExecutor stored, List<StoredLocalDir> owned) {
        String appId = stored.id().appId();
        Registration registration;
        CompletableFuture<Void> committed;
        memory.lock.lock();
        try {
            for (LocalDir dir : stored.dirs()) {
                LocalDirClaims.Claim conflict = memory.claims.conflict(appId, dir);
                if (conflict != null) {
                    return refused("local dir " + dir.path() + " of " + stored.id() + ": "
                            + conflict.dir().path() + " belongs to application " + conflict.appId()
                            + " (expected: a dir of its own)");
                }
            }
            RegisteredApplication application = memory.application(appId);
            if (application.removal != null) {
                return CompletedFutures.after(application.removal, () -> persist(stored, owned));
            }
            AppExecId id = new AppExecId(application.appId, stored.id().execId());
            RegisteredExecutor executor = new RegisteredExecutor(id, stored.info(), stored.dirs());
            registration = new Registration(application, executor, hold(application, owned), ++sequence);
            committed = store.putExecutor(stored, owned);
        } finally {
            memory.lock.unlock();
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        CompletedFutures.onEnd(committed, failure -> persisted(registration, failure, result));
        return result;
    }

    private List<LocalDirClaims.Claim> hold(RegisteredApplication application, List<StoredLocalDir> dirs) {
        application.pending++;
        List<LocalDirClaims.Claim> held = new ArrayList<>(dirs.size());
        for (StoredLocalDir dir : dirs) {
            held.add(memory.claims.hold(dir, application.claims));
        }
        return held;
    }

    private void persisted(Registration registration, @Nullable Throwable failure, CompletableFuture<Void> result) {
        RegisteredApplication application = registration.application();
        RegisteredExecutor executor = registration.executor();
        Throwable reason = failure;
        memory.lock.lock();
        try {
            application.pending--;
            if (failure == null) {
                registration.held().forEach(memory.claims::keep);
                application.persisted = true;
                if (application.put(executor, registration.sequence()) && application.removal == null) {
                    memory.executors.put(executor.id(), executor);
                }
                if (application.removal != null) {
                    // Removed in between: it is found again only if the application is reinstated.
                    reason = refusal(
                            "application " + application.appId + " is over; " + executor.id() + " was not registered");
                }
            } else {
                registration.held().stream().filter(memory.claims::release).forEach(application.claims::remove);
                memory.forgetIfNothingIsLeft(application);
            }
        } finally {
            memory.lock.unlock();
        }
        if (reason == null) {
            SparkLoggers.BLOCK_RESOLVER.info("Registered executor {} with {}", executor.id(), executor.info());
            result.complete(null);
        } else {
            result.completeExceptionally(
                    reason instanceof DirConflictException ? refusal(String.valueOf(reason.getMessage())) : reason);
        }
    }

    CompletableFuture<Void> registerDriver(String appId, @Nullable StoredDrivers inCharge) {
        RegisteredApplication application;
        CompletableFuture<Void> committed;
        memory.lock.lock();
        try {
            application = memory.application(appId);
            if (application.removal != null) {
                return CompletedFutures.after(application.removal, () -> registerDriver(appId, inCharge));
            }
            application.pending++;
            committed = store.putApplication(
                    inCharge == null
                            ? new StoredApplication(appId, null, null)
                            : new StoredApplication(appId, inCharge.heartbeatTimeoutMs(), inCharge.address()));
        } finally {
            memory.lock.unlock();
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        CompletedFutures.onEnd(committed, failure -> driverPersisted(application, failure, result));
        return result;
    }

    private void driverPersisted(
            RegisteredApplication application, @Nullable Throwable failure, CompletableFuture<Void> result) {
        memory.lock.lock();
        try {
            application.pending--;
            application.persisted |= failure == null;
            memory.forgetIfNothingIsLeft(application);
        } finally {
            memory.lock.unlock();
        }
        CompletedFutures.complete(result, failure);
    }

    private CompletableFuture<Void> refused(String reason) {
        return CompletableFuture.failedFuture(refusal(reason));
    }

    private RegistrationRefusedException refusal(String reason) {
        refused.inc();
        return new RegistrationRefusedException(reason);
    }
}
