package dev.mesosshuffle.registry;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredState;
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

/** Loads the registry's state from the store, without executors whose directories are certainly missing. */
final class RegistryLoader {
    private static final Logger logger = LoggerFactory.getLogger(RegistryLoader.class);

    private final RegistryState state;
    private final RootListings roots;
    private final Predicate<LocalDir> policy;
    private final Counter refusedRows;

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
        StoredState stored = store.load();
        stored.applications().forEach(application -> application(application.appId()));
        Set<LocalDir> refused = new HashSet<>();
        List<StoredLocalDir> accepted = accepted(stored.localDirs(), refused);
        RootListings.Result listed = roots.find(accepted);
        for (StoredLocalDir dir : accepted) {
            state.claims.restore(dir, application(dir.appId()).claims);
        }
        List<AppExecId> dropped = new ArrayList<>();
        for (RegisteredExecutor executor : stored.executors()) {
            if (!refused.isEmpty() && executor.dirs().stream().anyMatch(refused::contains)) {
                refusedRows.inc();
            } else if (listed.missing().containsAll(executor.dirs())) {
                dropped.add(executor.id());
            } else {
                restore(executor);
            }
        }
        for (String appId : stored.partlyUnread()) {
            RegisteredApplication application = state.applications.get(appId);
            if (application != null) {
                application.partlyUnread = true;
            }
        }
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
        if (!stored.applications().isEmpty()) {
            logger.info(
                    "Restored {} executors of {} applications in {} ms, without {} executors whose directories are missing",
                    state.executors.size(),
                    state.applications.size(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                    dropped.size());
        }
    }

    private List<StoredLocalDir> accepted(List<StoredLocalDir> dirs, Set<LocalDir> refused) {
        List<StoredLocalDir> accepted = new ArrayList<>(dirs.size());
        for (StoredLocalDir dir : dirs) {
            if (policy.test(dir.dir())) {
                accepted.add(dir);
            } else {
                refused.add(dir.dir());
                refusedRows.inc();
            }
        }
        if (!refused.isEmpty()) {
            logger.warn(
                    "The registry names {} local directories that no executor could register now, such as {}: they are"
                            + " neither served nor deleted, and their executors are unknown until they register again. Is"
                            + " a root missing in spark.local.dir, or has somebody edited the registry?",
                    refused.size(),
                    Sanitizer.printable(refused.iterator().next().path().toString()));
        }
        return accepted;
    }

    private void restore(RegisteredExecutor executor) {
        application(executor.id().appId()).put(executor, 0);
        state.executors.put(executor.id(), executor);
    }

    private RegisteredApplication application(String appId) {
        RegisteredApplication application = state.application(appId);
        application.persisted = true;
        return application;
    }
}
