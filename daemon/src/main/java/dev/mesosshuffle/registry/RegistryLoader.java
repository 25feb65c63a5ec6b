package dev.mesosshuffle.registry;

import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredExecutor;
import dev.mesosshuffle.database.StoredLocalDir;
import dev.mesosshuffle.database.StoredState;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fills the registry's memory from the store, but for executors that are surely gone. */
final class RegistryLoader {
    private static final Logger logger = LoggerFactory.getLogger(RegistryLoader.class);

    private final Map<AppExecId, RegisteredExecutor> executors;
    private final Map<String, RegisteredApplication> applications;
    private final LocalDirClaims claims;

    private final RootListings roots;

    RegistryLoader(
            Map<AppExecId, RegisteredExecutor> executors,
            Map<String, RegisteredApplication> applications,
            LocalDirClaims claims,
            RootListings roots) {
        this.executors = executors;
        this.applications = applications;
        this.claims = claims;
        this.roots = roots;
    }

    void from(StateStore store) throws StoreException {
        long start = System.nanoTime();
        StoredState state = store.load();
        state.applications().forEach(stored -> application(stored.appId()));
        RootListings.Looks looks = roots.look(state.localDirs());
        Set<LocalDir> goneDirs = looks.gone();
        for (StoredLocalDir stored : state.localDirs()) {
            claims.restore(stored, application(stored.appId()).claims);
        }
        List<AppExecId> gone = new ArrayList<>();
        for (StoredExecutor stored : state.executors()) {
            if (goneDirs.containsAll(stored.dirs())) {
                gone.add(stored.id());
            } else {
                restore(stored);
            }
        }
        for (String appId : state.partlyUnread()) {
            RegisteredApplication application = applications.get(appId);
            if (application != null) {
                application.partlyUnread = true;
            }
        }
        if (!gone.isEmpty()) {
            // Should that fail, the store says so, and the next start finds them gone again.
            var unused = store.dropExecutors(gone);
        }
        if (!looks.late().isEmpty()) {
            logger.warn(
                    "Not answered in time while executors were restored: {}. Those with dirs there are kept, whether or not"
                            + " these are still there.",
                    looks.late());
        }
        if (!state.applications().isEmpty()) {
            logger.info(
                    "Restored {} executors of {} applications in {} ms, without {} executors whose dirs are gone",
                    executors.size(),
                    applications.size(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                    gone.size());
        }
    }

    private void restore(StoredExecutor stored) {
        RegisteredExecutor executor = new RegisteredExecutor(stored.id(), stored.info(), stored.dirs());
        application(stored.id().appId()).put(executor, 0);
        executors.put(stored.id(), executor);
    }

    private RegisteredApplication application(String appId) {
        RegisteredApplication application = applications.computeIfAbsent(appId, RegisteredApplication::new);
        application.persisted = true;
        return application;
    }
}
