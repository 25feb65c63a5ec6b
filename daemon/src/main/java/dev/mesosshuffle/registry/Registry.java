package dev.mesosshuffle.registry;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.DirTakenException;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StoreException;
import dev.mesosshuffle.store.StoredApplication;
import dev.mesosshuffle.store.StoredExecutor;
import dev.mesosshuffle.store.StoredLocalDir;
import dev.mesosshuffle.store.StoredRemoval;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The applications and executors whose files are served, in memory and, before anyone is told so, in the store.
 *
 * <p>A dir belongs to the first application that registers it, with all that lies inside it, until that application is
 * over: another application's claim is refused.
 *
 * <p><b>Concurrency:</b> {@link #executor} takes no lock. Everything else takes one, held for memory work alone: changes
 * enter the store's queue under it, so the store sees them in the order in which memory does. No future completes under
 * it; most complete on the store's thread, and what depends on them must not block.
 */
public final class Registry {
    /** Operators know these lines from Spark's log, by the name of the class that wrote them there. */
    private static final Logger sparkLogger =
            LoggerFactory.getLogger("org.apache.spark.network.shuffle.ExternalShuffleBlockResolver");

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<AppExecId, RegisteredExecutor> executors = new ConcurrentHashMap<>();
    private final Map<String, Application> applications = new HashMap<>();
    private final Claims claims = new Claims();
    private final StateStore store;
    private final Counter refusedRegistrations;

    /** How many registrations were sent to the store. */
    private long sequence;

    private Registry(StateStore store, Counter refusedRegistrations) {
        this.store = store;
        this.refusedRegistrations = refusedRegistrations;
    }

    /**
     * Makes a registry of what the store holds. Works on the disk, and looks into every root. An executor is dropped if
     * its root is the same as when it registered, and readable, and its dirs are all gone.
     *
     * @param store where the registry lives on
     * @param metrics where its metrics go
     * @return the registry
     * @throws StoreException if the store cannot be read
     */
    public static Registry restore(StateStore store, MetricRegistry metrics) throws StoreException {
        Registry registry = new Registry(store, metrics.counter("shuffleService.refusedRegistrations"));
        new Restore(registry.executors, registry.applications, registry.claims).from(store);
        metrics.register("shuffleService.registeredExecutorsSize", (Gauge<Integer>) registry.executors::size);
        return registry;
    }

    /**
     * Looks an executor up. Never blocks.
     *
     * @param id its id
     * @return the executor, or null if it is not registered, or its application is over
     */
    public @Nullable RegisteredExecutor executor(AppExecId id) {
        return executors.get(id);
    }

    /**
     * Returns how many executors are registered.
     *
     * @return their number
     */
    public int executorCount() {
        return executors.size();
    }

    /**
     * Returns which applications are known, with or without executors here.
     *
     * @return their ids
     */
    public List<String> applications() {
        lock.lock();
        try {
            return applications.values().stream()
                    .filter(application -> application.persisted && application.removal == null)
                    .map(application -> application.appId)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Registers an executor, or registers it anew; then its former dirs stay its application's. Looks at the dirs'
     * roots: to be called where disk work may be done. If the application is just being removed, waits for that first.
     *
     * @param executor the executor, its dirs accepted already
     * @return completes once the executor is persisted and can be looked up; fails with a {@link
     *     RegistrationRefusedException} or a {@link StoreException}, and then nothing was registered
     */
    public CompletableFuture<Void> registerExecutor(RegisteredExecutor executor) {
        StoredExecutor stored;
        List<StoredLocalDir> owned = new ArrayList<>();
        try {
            stored = new StoredExecutor(executor.id(), executor.info(), executor.dirs());
            for (LocalDir dir : executor.dirs()) {
                owned.add(new StoredLocalDir(dir, executor.id().appId(), Roots.inode(dir.root())));
            }
        } catch (IllegalArgumentException e) {
            return refused(executor.id() + ": " + e.getMessage());
        } catch (IOException e) {
            return refused(executor.id() + ": the root of its local dirs cannot be read (" + e + ")");
        }
        return persist(executor, stored, owned);
    }

    private CompletableFuture<Void> persist(
            RegisteredExecutor executor, StoredExecutor stored, List<StoredLocalDir> owned) {
        String appId = executor.id().appId();
        Registration registration;
        CompletableFuture<Void> committed;
        lock.lock();
        try {
            for (LocalDir dir : executor.dirs()) {
                Claims.Claim conflict = claims.conflict(appId, dir);
                if (conflict != null) {
                    return refused("local dir " + dir.path() + " of " + executor.id() + ": "
                            + conflict.dir().path() + " belongs to application " + conflict.appId()
                            + " (expected: a dir of its own)");
                }
            }
            Application application = applications.computeIfAbsent(appId, Application::new);
            if (application.removal != null) {
                return after(application.removal, () -> persist(executor, stored, owned));
            }
            registration = new Registration(application, executor, hold(application, executor.dirs()), ++sequence);
            committed = store.putExecutor(stored, owned);
        } finally {
            lock.unlock();
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        onEnd(committed, failure -> persisted(registration, failure, result));
        return result;
    }

    /**
     * A registration on its way to the store.
     *
     * @param sequence its place among all that were sent there
     */
    private record Registration(
            Application application, RegisteredExecutor executor, List<Claims.Claim> held, long sequence) {}

    private List<Claims.Claim> hold(Application application, List<LocalDir> dirs) {
        application.pending++;
        List<Claims.Claim> held = new ArrayList<>(dirs.size());
        for (LocalDir dir : dirs) {
            held.add(claims.hold(application.appId, dir, application.claims));
        }
        return held;
    }

    private void persisted(Registration registration, @Nullable Throwable failure, CompletableFuture<Void> result) {
        Application application = registration.application();
        RegisteredExecutor executor = registration.executor();
        Throwable reason = failure;
        lock.lock();
        try {
            application.pending--;
            if (failure == null) {
                registration.held().forEach(claims::keep);
                application.persisted = true;
                if (application.put(executor, registration.sequence()) && application.removal == null) {
                    executors.put(executor.id(), executor);
                }
                if (application.removal != null) {
                    // Removed in between: it is found again only if the application is reinstated.
                    reason = refusal(
                            "application " + application.appId + " is over; " + executor.id() + " was not registered");
                }
            } else {
                registration.held().stream().filter(claims::release).forEach(application.claims::remove);
                forgetIfNothingIsLeft(application);
            }
        } finally {
            lock.unlock();
        }
        if (reason == null) {
            sparkLogger.info("Registered executor {} with {}", executor.id(), executor.info());
            result.complete(null);
        } else {
            result.completeExceptionally(
                    reason instanceof DirTakenException ? refusal(String.valueOf(reason.getMessage())) : reason);
        }
    }

    /**
     * Registers an application's driver, or changes its timeout. If the application is just being removed, waits for
     * that first.
     *
     * @param appId the application
     * @param heartbeatTimeoutMs after how many ms of silence its driver is over
     * @return completes once that is persisted; fails with a {@link StoreException}
     */
    public CompletableFuture<Void> registerDriver(String appId, long heartbeatTimeoutMs) {
        Application application;
        CompletableFuture<Void> committed;
        lock.lock();
        try {
            application = applications.computeIfAbsent(appId, Application::new);
            if (application.removal != null) {
                return after(application.removal, () -> registerDriver(appId, heartbeatTimeoutMs));
            }
            application.pending++;
            committed = store.putApplication(new StoredApplication(appId, heartbeatTimeoutMs));
        } finally {
            lock.unlock();
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        onEnd(committed, failure -> driverPersisted(application, failure, result));
        return result;
    }

    private void driverPersisted(Application application, @Nullable Throwable failure, CompletableFuture<Void> result) {
        lock.lock();
        try {
            application.pending--;
            application.persisted |= failure == null;
            forgetIfNothingIsLeft(application);
        } finally {
            lock.unlock();
        }
        complete(result, failure);
    }

    /**
     * Takes an application out of the memory: from now on no lookup finds it. Its dirs stay its own until {@link
     * #persistRemoval} has succeeded, and registrations wait for that or for {@link #reinstate}.
     *
     * @param appId the application, known or not
     * @return what it had
     */
    public RemovedApplication remove(String appId) {
        lock.lock();
        try {
            Application application = applications.computeIfAbsent(appId, Application::new);
            if (application.removal == null) {
                application.removal = new CompletableFuture<>();
                application.executors().forEach(executor -> executors.remove(executor.id()));
            }
            return application.removed();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Forgets a removed application in the store too, and in the same step stores the intents to delete its dirs.
     *
     * @param removed what {@link #remove} returned
     * @param cleanupLocalDirs whether its dirs are to be deleted; without it they stay as they are
     * @return completes once that is persisted; fails with a {@link StoreException}, and then the application is to be
     *     reinstated, or persisted again
     */
    public CompletableFuture<Void> persistRemoval(RemovedApplication removed, boolean cleanupLocalDirs) {
        List<StoredRemoval> removals = new ArrayList<>();
        if (cleanupLocalDirs) {
            removed.dirs().forEach(dir -> removals.add(new StoredRemoval(dir, removed.appId())));
        }
        Application application;
        CompletableFuture<Void> committed;
        lock.lock();
        try {
            application = applications.get(removed.appId());
            if (application == null || application.removal == null) {
                return CompletableFuture.completedFuture(null);
            }
            committed = store.removeApplication(removed.appId(), removals);
        } finally {
            lock.unlock();
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        onEnd(committed, failure -> removalPersisted(application, cleanupLocalDirs, failure, result));
        return result;
    }

    private void removalPersisted(
            Application application,
            boolean cleanupLocalDirs,
            @Nullable Throwable failure,
            CompletableFuture<Void> result) {
        CompletableFuture<Void> removal = null;
        if (failure == null) {
            lock.lock();
            try {
                application.claims.forEach(claims::remove);
                applications.remove(application.appId, application);
                removal = application.removal;
            } finally {
                lock.unlock();
            }
            sparkLogger.info("Application {} removed, cleanupLocalDirs = {}", application.appId, cleanupLocalDirs);
        }
        complete(result, failure);
        if (removal != null) {
            removal.complete(null);
        }
    }

    /**
     * Takes a removal back that was not persisted: lookups find the application again.
     *
     * @param removed what {@link #remove} returned
     */
    public void reinstate(RemovedApplication removed) {
        CompletableFuture<Void> removal;
        lock.lock();
        try {
            Application application = applications.get(removed.appId());
            if (application == null || application.removal == null) {
                return;
            }
            removal = application.removal;
            application.removal = null;
            application.executors().forEach(executor -> executors.put(executor.id(), executor));
            forgetIfNothingIsLeft(application);
        } finally {
            lock.unlock();
        }
        removal.complete(null);
    }

    private void forgetIfNothingIsLeft(Application application) {
        if (!application.persisted && application.pending == 0 && application.removal == null) {
            applications.remove(application.appId, application);
        }
    }

    private CompletableFuture<Void> refused(String reason) {
        return CompletableFuture.failedFuture(refusal(reason));
    }

    private RegistrationRefusedException refusal(String reason) {
        refusedRegistrations.inc();
        return new RegistrationRefusedException(reason);
    }

    /** Does something after a removal has ended, and hands its outcome on as it is. */
    private static CompletableFuture<Void> after(
            CompletableFuture<Void> removal, Supplier<CompletableFuture<Void>> next) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        onEnd(removal, never -> onEnd(next.get(), failure -> complete(result, failure)));
        return result;
    }

    private static void onEnd(CompletableFuture<Void> future, Consumer<@Nullable Throwable> action) {
        var unused = future.whenComplete((done, failure) -> action.accept(failure));
    }

    private static void complete(CompletableFuture<Void> result, @Nullable Throwable failure) {
        if (failure == null) {
            result.complete(null);
        } else {
            result.completeExceptionally(failure);
        }
    }
}
