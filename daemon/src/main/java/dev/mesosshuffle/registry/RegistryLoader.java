package dev.mesosshuffle.registry;

import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredState;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.store.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads the registry's state from the store, without executors whose directories are certainly missing. */
final class RegistryLoader {
    private static final Logger logger = LoggerFactory.getLogger(RegistryLoader.class);

    private final RegistryState state;
    private final RootListings roots;

    /** Creates a loader into a state that nobody else uses yet. */
    RegistryLoader(RegistryState state, RootListings roots) {
        this.state = state;
        this.roots = roots;
    }

    void loadFrom(StateStore store) throws StoreException {
        long start = System.nanoTime();
        StoredState stored = store.load();
        stored.applications().forEach(application -> application(application.appId()));
        RootListings.Result listed = roots.find(stored.localDirs());
        for (StoredLocalDir dir : stored.localDirs()) {
            state.claims.restore(dir, application(dir.appId()).claims);
        }
        List<AppExecId> dropped = new ArrayList<>();
        for (RegisteredExecutor executor : stored.executors()) {
            if (listed.missing().containsAll(executor.dirs())) {
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
