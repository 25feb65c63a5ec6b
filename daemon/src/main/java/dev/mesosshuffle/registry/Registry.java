package dev.mesosshuffle.registry;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.store.StateStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

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
    /** What is not known by then of a root, whose disk is slow or hangs, keeps its executors. */
    private static final Duration ROOTS_LIMIT = Duration.ofSeconds(5);

    private final RegistryState memory;
    private final Registrar registrations;
    private final ApplicationRemover removals;

    private Registry(RegistryState memory, Registrar registrations, ApplicationRemover removals) {
        this.memory = memory;
        this.registrations = registrations;
        this.removals = removals;
    }

    /**
     * Makes a registry of what the store holds. Works on the store's disk, and looks into every root, but waits for none
     * that hangs. An executor is dropped if its root is the same as when it registered, and readable, and its dirs are all
     * gone.
     *
     * @param store where the registry lives on
     * @param roots look into the roots
     * @param metrics where its metrics go
     * @return the registry
     * @throws StoreException if the store cannot be read
     */
    public static Registry restore(StateStore store, RootProbers roots, MetricRegistry metrics) throws StoreException {
        RegistryState memory = new RegistryState();
        new RegistryLoader(memory.executors, memory.applications, memory.claims, new RootListings(roots, ROOTS_LIMIT))
                .from(store);
        metrics.register("shuffleService.registeredExecutorsSize", (Gauge<Integer>) memory.executors::size);
        return new Registry(
                memory,
                new Registrar(memory, store, metrics.counter("shuffleService.rejectedRegistrations")),
                new ApplicationRemover(memory, store));
    }

    /**
     * Makes a registry of what the store holds, and looks into the roots in the caller's thread.
     *
     * @param store where the registry lives on
     * @param metrics where its metrics go
     * @return the registry
     * @throws StoreException if the store cannot be read
     */
    public static Registry restore(StateStore store, MetricRegistry metrics) throws StoreException {
        return restore(store, RootProbers.inCallersThread(List.of()), metrics);
    }

    /**
     * Looks an executor up. Never blocks.
     *
     * @param id its id
     * @return the executor, or null if it is not registered, or its application is over
     */
    public @Nullable RegisteredExecutor executor(AppExecId id) {
        return memory.executors.get(id);
    }

    /**
     * Returns how many executors are registered.
     *
     * @return their number
     */
    public int executorCount() {
        return memory.executors.size();
    }

    /**
     * Returns which applications are known, with or without executors here.
     *
     * @return their ids
     */
    public List<String> applications() {
        memory.lock.lock();
        try {
            return memory.applications.values().stream()
                    .filter(application -> application.persisted && application.removal == null)
                    .map(application -> application.appId)
                    .toList();
        } finally {
            memory.lock.unlock();
        }
    }

    /**
     * Tells whether an application is persisted, and not being removed.
     *
     * @param appId the application
     * @return whether it is
     */
    public boolean isPersisted(String appId) {
        memory.lock.lock();
        try {
            RegisteredApplication application = memory.applications.get(appId);
            return application != null && application.persisted && application.removal == null;
        } finally {
            memory.lock.unlock();
        }
    }

    /**
     * Returns how many executors an application has registered.
     *
     * @param appId the application
     * @return their number; 0 if it is not known
     */
    public int executorCount(String appId) {
        memory.lock.lock();
        try {
            RegisteredApplication application = memory.applications.get(appId);
            return application == null ? 0 : application.executors().size();
        } finally {
            memory.lock.unlock();
        }
    }

    /**
     * Returns every local dir that an application ever owned.
     *
     * @param appId the application
     * @return its dirs; none if it is not known
     */
    public List<LocalDir> localDirs(String appId) {
        memory.lock.lock();
        try {
            RegisteredApplication application = memory.applications.get(appId);
            return application == null ? List.of() : application.removed().dirs();
        } finally {
            memory.lock.unlock();
        }
    }

    /**
     * Returns every local dir that an application ever owned, each with what tells its disk from another.
     *
     * @param appId the application
     * @return its dirs; none if it is not known
     */
    public List<OwnedDirectory> ownedDirs(String appId) {
        memory.lock.lock();
        try {
            RegisteredApplication application = memory.applications.get(appId);
            return application == null
                    ? List.of()
                    : application.claims.stream()
                            .map(claim -> new OwnedDirectory(claim.dir(), claim.rootInode()))
                            .toList();
        } finally {
            memory.lock.unlock();
        }
    }

    /**
     * Tells whether all that was stored of an application could be read.
     *
     * @param appId the application
     * @return false if it may own dirs, or have executors, of which nothing is known here
     */
    public boolean isWhollyKnown(String appId) {
        memory.lock.lock();
        try {
            RegisteredApplication application = memory.applications.get(appId);
            return application == null || !application.partlyUnread;
        } finally {
            memory.lock.unlock();
        }
    }

    /**
     * Tells whether a dir is, or is about to be, an application's.
     *
     * @param dir the dir, by its real path
     * @return whether an application claims it, or what lies inside it or above it
     */
    public boolean isClaimed(Path dir) {
        memory.lock.lock();
        try {
            return memory.claims.claims(dir);
        } finally {
            memory.lock.unlock();
        }
    }

    /**
     * Returns the roots that applications' dirs lie under.
     *
     * @return each with the inodes that it had when dirs below it were registered: more than one if it has changed
     */
    public Map<Path, Set<Long>> rootInodes() {
        memory.lock.lock();
        try {
            return memory.claims.rootInodes();
        } finally {
            memory.lock.unlock();
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
        return registrations.registerExecutor(executor);
    }

    /**
     * Registers an application's driver, or changes its timeout. If the application is just being removed, waits for
     * that first.
     *
     * @param appId the application
     * @param inCharge the driver that is in charge since; null if that one was, and is, somewhere else, of which nothing
     *     is to be changed
     * @return completes once that is persisted; fails with a {@link StoreException}
     */
    public CompletableFuture<Void> registerDriver(String appId, @Nullable StoredDrivers inCharge) {
        return registrations.registerDriver(appId, inCharge);
    }

    /**
     * Takes an application out of the memory: from now on no lookup finds it. Its dirs stay its own until {@link
     * #persistRemoval} has succeeded, and registrations wait for that or for {@link #reinstate}.
     *
     * @param appId the application, known or not
     * @return what it had
     */
    public RemovedApplication remove(String appId) {
        return removals.remove(appId);
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
        return removals.persist(removed, cleanupLocalDirs);
    }

    /**
     * Takes a removal back that was not persisted: lookups find the application again.
     *
     * @param removed what {@link #remove} returned
     */
    public void reinstate(RemovedApplication removed) {
        removals.reinstate(removed);
    }
}
