package dev.mesosshuffle.registry;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.database.StateVisitor;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredApplication;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.store.StateStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the registry's state from the store, without executors whose directories are certainly missing.
 *
 * <p>What this version stored fits into the budget. What another one stored, or this one with more memory, may not: executors
 * that do not fit are left out, and served again after a start with more memory. Applications and directories may exceed the
 * budget by half, because they protect files; if even that does not suffice, the rest is left out, and {@link
 * RegistryState#incomplete} protects all files that nobody claims.
 */
final class RegistryLoader implements StateVisitor {
    private static final Logger logger = LoggerFactory.getLogger(RegistryLoader.class);

    private final RegistryState state;
    private final RootListings roots;
    private final Predicate<LocalDir> policy;
    private final Counter refusedRows;
    private final List<StoredLocalDir> dirs = new ArrayList<>();
    private final Set<LocalDir> refusedDirs = new HashSet<>();
    private int leftOutExecutors;
    private int leftOutOthers;

    /**
     * Creates a loader into a state that nobody else uses yet.
     *
     * @param policy which directories an executor could register now; others are neither served nor deleted
     * @param refusedRows counts the rows that name another directory
     */
    RegistryLoader(RegistryState state, RootListings roots, Predicate<LocalDir> policy, Counter refusedRows) {
        this.state = state;
        this.roots = roots;
        this.policy = policy;
        this.refusedRows = refusedRows;
    }

    void loadFrom(StateStore store) throws StoreException {
        long start = System.nanoTime();
        store.load(this);
        logRefused();
        RootListings.Result listed = roots.find(dirs);
        dirs.clear();
        List<AppExecId> dropped = drop(listed.missing());
        if (!dropped.isEmpty()) {
            // If that fails, the store logs it, and the next start drops them again.
            var unused = store.deleteExecutors(dropped);
        }
        if (!listed.unresponsiveRoots().isEmpty()) {
            logger.warn(
                    "No response in time while executors were restored: {}. Executors with directories there are kept,"
                            + " whether or not these still exist.",
                    listed.unresponsiveRoots());
        }
        if (leftOutExecutors + leftOutOthers > 0) {
            logger.warn(
                    "The registry is larger than its limit of {}: {} executors are not served, and {} applications and"
                            + " directories are unknown, until a start with more memory. Their files stay{}. Raise"
                            + " SPARK_DAEMON_MEMORY or spark.mesos.shuffle.service.maxRegistryMemory.",
                    HumanReadable.bytes(state.budget.maxBytes()),
                    leftOutExecutors,
                    leftOutOthers,
                    state.incomplete ? ", and no orphan is deleted" : "");
        }
        if (!state.applications.isEmpty()) {
            logger.info(
                    "Restored {} executors of {} applications in {} ms, without {} executors whose directories are missing",
                    state.executors.size(),
                    state.applications.size(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                    dropped.size());
        }
    }

    private void logRefused() {
        if (!refusedDirs.isEmpty()) {
            logger.warn(
                    "The registry names {} local directories that no executor could register now, such as {}: they are"
                            + " neither served nor deleted, and their executors are unknown until they register again. Is"
                            + " a root missing in spark.local.dir, or has somebody edited the registry?",
                    refusedDirs.size(),
                    Sanitizer.printable(refusedDirs.iterator().next().path().toString()));
        }
    }

    private List<AppExecId> drop(Set<LocalDir> missing) {
        List<AppExecId> dropped = new ArrayList<>();
        if (missing.isEmpty()) {
            return dropped;
        }
        for (RegisteredExecutor executor : List.copyOf(state.executors.values())) {
            if (missing.containsAll(executor.dirs())) {
                dropped.add(executor.id());
                state.executors.remove(executor.id());
                state.application(executor.id().appId()).drop(executor);
            }
        }
        return dropped;
    }

    @Override
    public void application(StoredApplication stored) {
        if (isOverfull()) {
            leaveOut();
            return;
        }
        RegisteredApplication application = state.application(stored.appId());
        application.persisted = true;
        application.budget.reserve(RegistrySizes.application(application.appId));
    }

    @Override
    public void localDir(StoredLocalDir dir) {
        RegisteredApplication application = state.applications.get(dir.appId());
        if (application == null || isOverfull()) {
            leaveOut();
            if (application != null) {
                application.partlyUnread = true;
            }
            return;
        }
        if (!policy.test(dir.dir())) {
            refusedDirs.add(dir.dir());
            refusedRows.inc();
            application.partlyUnread = true;
            return;
        }
        application.budget.reserve(RegistrySizes.claim(dir.dir()));
        state.claims.restore(
                new StoredLocalDir(state.interned(dir.dir()), application.appId, dir.rootInode()), application.claims);
        dirs.add(dir);
    }

    @Override
    public void executor(RegisteredExecutor executor) {
        RegisteredApplication application = state.applications.get(executor.id().appId());
        long bytes = RegistrySizes.executor(executor);
        if (application == null || state.budget.freeBytes() < bytes) {
            leftOutExecutors++;
            return;
        }
        if (!refusedDirs.isEmpty() && executor.dirs().stream().anyMatch(refusedDirs::contains)) {
            refusedRows.inc();
            return;
        }
        application.budget.reserve(bytes);
        application.put(executor, 0, bytes);
        state.executors.put(executor.id(), executor);
    }

    /** The intents belong to whoever deletes. */
    @Override
    public void removal(StoredRemoval removal) {}

    @Override
    public void unreadableRow(String appId) {
        RegisteredApplication application = state.applications.get(appId);
        if (application != null) {
            application.partlyUnread = true;
        }
    }

    @Override
    public void oversizedExecutor() {
        leftOutExecutors++;
    }

    private boolean isOverfull() {
        long max = state.budget.maxBytes();
        return state.budget.usedBytes() - max > max / 2;
    }

    private void leaveOut() {
        leftOutOthers++;
        state.incomplete = true;
    }
}
