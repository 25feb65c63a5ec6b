package dev.mesosshuffle.registry;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.store.StateStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The applications and executors whose files are served, in memory and, before a registration is acknowledged, in the store.
 *
 * <p>A directory belongs to the first application that registers it, with all that lies inside it, until that application is
 * removed: another application's claim is refused.
 *
 * <p><b>Concurrency:</b> {@link #executor} takes no lock, nor does what counts and lists applications and executors: however
 * many there are, no client waits for an operator. Everything else takes one, held for work in memory only: changes enter the
 * store's queue under it, so the store applies them in the same order as memory. No future completes under it; most complete on
 * the store's thread, and their dependents must not block.
 */
public final class Registry {
    /** How long to wait for all roots; the executors of a root whose disk is slower or hangs are kept. */
    private static final Duration ROOTS_LIMIT = Duration.ofSeconds(5);

    /** Visible to tests, which hold its lock. */
    final RegistryState state;

    private final Registrar registrar;
    private final ApplicationRemover remover;

    private Registry(RegistryState state, Registrar registrar, ApplicationRemover remover) {
        this.state = state;
        this.registrar = registrar;
        this.remover = remover;
    }

    /**
     * Loads a registry from the store. Works on the store's disk, and lists every root, but waits for none that hangs. An
     * executor is dropped if its root is the same as when it registered, and readable, and all its directories are missing.
     *
     * @param store persists the registry
     * @param roots provides the threads that list the roots
     * @param policy which directories an executor could register now: a row that names another one is not restored
     * @param budget what applications, executors, drivers and directories may occupy
     * @param metrics where its metrics go
     * @return the registry
     * @throws StoreException if the store cannot be read
     */
    public static Registry load(
            StateStore store, RootProbers roots, Predicate<LocalDir> policy, ByteBudget budget, MetricRegistry metrics)
            throws StoreException {
        RegistryState state = new RegistryState(budget);
        Counter refusedRows = metrics.counter("shuffleService.store.refusedRows");
        new RegistryLoader(state, new RootListings(roots, ROOTS_LIMIT), policy, refusedRows).loadFrom(store);
        metrics.register("shuffleService.registeredExecutorsSize", (Gauge<Integer>) state.executors::size);
        return new Registry(
                state,
                new Registrar(state, store, metrics.counter("shuffleService.rejectedRegistrations")),
                new ApplicationRemover(state, store));
    }

    /**
     * Loads a registry of any size from the store as it is, and lists the roots on the caller's thread.
     *
     * @param store persists the registry
     * @param metrics where its metrics go
     * @return the registry
     * @throws StoreException if the store cannot be read
     */
    public static Registry load(StateStore store, MetricRegistry metrics) throws StoreException {
        return load(store, RootProbers.inCallersThread(List.of()), dir -> true, ByteBudget.of(Long.MAX_VALUE), metrics);
    }

    /**
     * Looks an executor up. Never blocks.
     *
     * @param id its id
     * @return the executor, or null if it is not registered, or its application was removed
     */
    public @Nullable RegisteredExecutor executor(AppExecId id) {
        return state.executors.get(id);
    }

    /**
     * Returns the number of registered executors.
     */
    public int executorCount() {
        return state.executors.size();
    }

    /**
     * Returns which applications are known, with or without executors here. Takes no lock.
     *
     * @return their ids, in no order; one that comes or goes meanwhile may be among them or not
     */
    public List<String> applications() {
        return state.applications.values().stream()
                .filter(RegisteredApplication::isListed)
                .map(application -> application.appId)
                .toList();
    }

    /** Returns how many applications are known. Takes no lock. */
    public int applicationCount() {
        int count = 0;
        for (RegisteredApplication application : state.applications.values()) {
            if (application.isListed()) {
                count++;
            }
        }
        return count;
    }

    /**
     * Checks whether an application is persisted, and not being removed. Takes no lock.
     *
     * @param appId the application
     */
    public boolean isPersisted(String appId) {
        RegisteredApplication application = state.applications.get(appId);
        return application != null && application.isListed();
    }

    /**
     * Checks whether anything is registered of an application, or being registered or removed.
     *
     * @param appId the application
     */
    public boolean isKnown(String appId) {
        state.lock.lock();
        try {
            return state.applications.containsKey(appId);
        } finally {
            state.lock.unlock();
        }
    }

    /**
     * Returns how many executors an application has registered. Takes no lock.
     *
     * @param appId the application
     * @return their number; 0 if it is not known
     */
    public int executorCount(String appId) {
        RegisteredApplication application = state.applications.get(appId);
        return application == null ? 0 : application.executorCount();
    }

    /**
     * Returns the executors that an application has registered. Takes no lock.
     *
     * @param appId the application
     * @return its executors, in no order; none if it is not known
     */
    public List<RegisteredExecutor> executors(String appId) {
        RegisteredApplication application = state.applications.get(appId);
        return application == null ? List.of() : application.executors();
    }

    /**
     * Returns every local directory that an application ever owned.
     *
     * @param appId the application
     * @return its directories; none if it is not known
     */
    public List<LocalDir> localDirs(String appId) {
        state.lock.lock();
        try {
            RegisteredApplication application = state.applications.get(appId);
            return application == null
                    ? List.of()
                    : application.claims.stream().map(LocalDirClaims.Claim::dir).toList();
        } finally {
            state.lock.unlock();
        }
    }

    /**
     * Returns every local directory that an application ever owned, each with the inode that identifies its disk.
     *
     * @param appId the application
     * @return its directories; none if it is not known
     */
    public List<OwnedDirectory> ownedDirs(String appId) {
        state.lock.lock();
        try {
            RegisteredApplication application = state.applications.get(appId);
            return application == null
                    ? List.of()
                    : application.claims.stream()
                            .map(claim -> new OwnedDirectory(claim.dir(), claim.rootInode()))
                            .toList();
        } finally {
            state.lock.unlock();
        }
    }

    /**
     * Checks whether all that was stored of an application could be read.
     *
     * @param appId the application
     * @return false if it may own directories, or have executors, that are unknown here
     */
    public boolean isWhollyKnown(String appId) {
        state.lock.lock();
        try {
            RegisteredApplication application = state.applications.get(appId);
            return application == null || !application.partlyUnread;
        } finally {
            state.lock.unlock();
        }
    }

    /**
     * Checks whether a directory belongs to an application, or to a registration that is not persisted yet.
     *
     * @param dir the directory, by its real path
     * @return whether an application claims it, or what lies inside it or above it, as far as is known: if not all claims fit
     *     into memory, everything counts as claimed
     */
    public boolean isClaimed(Path dir) {
        state.lock.lock();
        try {
            return state.incomplete || state.claims.isClaimed(dir);
        } finally {
            state.lock.unlock();
        }
    }

    /**
     * Returns the roots of the directories of all applications.
     *
     * @return each with the inodes that it had when directories below it were registered: more than one if it has changed
     */
    public Map<Path, Set<Long>> rootInodes() {
        state.lock.lock();
        try {
            return state.claims.rootInodes();
        } finally {
            state.lock.unlock();
        }
    }

    /**
     * Registers an executor, or registers it again; then its former directories stay its application's. Inspects the roots:
     * to be called where work on the disk is allowed. If the application is being removed, waits for that first.
     *
     * @param executor the executor, its directories accepted already
     * @return completes once the executor is persisted and can be looked up; fails with a {@link
     *     RegistrationRefusedException} or a {@link StoreException}, and then nothing was registered
     */
    public CompletableFuture<Void> registerExecutor(RegisteredExecutor executor) {
        return registerExecutor(executor, this);
    }

    /**
     * As {@link #registerExecutor(RegisteredExecutor)}.
     *
     * @param client whose turns it takes at the store, as its address
     */
    public CompletableFuture<Void> registerExecutor(RegisteredExecutor executor, Object client) {
        return registrar.registerExecutor(executor, client);
    }

    /**
     * Registers an application's drivers, or changes them. If the application is being removed, waits for that first.
     *
     * @param appId the application
     * @param drivers all its living drivers; null if what is stored of drivers must not change
     * @return completes once that is persisted; fails with a {@link StoreException}
     */
    public CompletableFuture<Void> registerDriver(String appId, @Nullable StoredDrivers drivers) {
        return registerDriver(appId, drivers, this);
    }

    /**
     * As {@link #registerDriver(String, StoredDrivers)}.
     *
     * @param client whose turns it takes at the store, as its address
     */
    public CompletableFuture<Void> registerDriver(String appId, @Nullable StoredDrivers drivers, Object client) {
        return registrar.registerDriver(appId, drivers, client);
    }

    /**
     * Removes an application from memory: from now on no lookup finds it. Its directories stay its own until {@link
     * #persistRemoval} has succeeded, and registrations wait for that or for {@link #restore}.
     *
     * @param appId the application, known or not
     * @return its executors and directories
     */
    public RemovedApplication remove(String appId) {
        return remover.remove(appId);
    }

    /**
     * Deletes a removed application from the store too, and in the same transaction stores the intents to delete its
     * directories.
     *
     * @param removed what {@link #remove} returned
     * @param cleanupLocalDirs whether its directories are to be deleted; otherwise they stay as they are
     * @return completes once that is persisted; fails with a {@link StoreException}, and then the caller restores the
     *     application, or calls this again
     */
    public CompletableFuture<Void> persistRemoval(RemovedApplication removed, boolean cleanupLocalDirs) {
        CompletableFuture<Void> persisted = new CompletableFuture<>();
        persistRemoval(removed, cleanupLocalDirs, persisted);
        return persisted;
    }

    /**
     * As {@link #persistRemoval(RemovedApplication, boolean)}, with a future that what follows depends on already: so no lack
     * of memory comes between the two.
     *
     * @param persisted is completed as the one that is returned otherwise
     */
    public void persistRemoval(
            RemovedApplication removed, boolean cleanupLocalDirs, CompletableFuture<Void> persisted) {
        remover.persist(removed, cleanupLocalDirs, persisted);
    }

    /**
     * Rolls back a removal that was not persisted: lookups find the application again.
     *
     * @param removed what {@link #remove} returned
     */
    public void restore(RemovedApplication removed) {
        remover.restore(removed);
    }
}
