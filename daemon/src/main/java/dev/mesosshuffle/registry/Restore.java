package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StoreException;
import dev.mesosshuffle.store.StoredExecutor;
import dev.mesosshuffle.store.StoredLocalDir;
import dev.mesosshuffle.store.StoredState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fills the registry's memory from the store, but for executors that are surely gone. */
final class Restore {
    private static final Logger logger = LoggerFactory.getLogger(Registry.class);

    private final Map<AppExecId, RegisteredExecutor> executors;
    private final Map<String, Application> applications;
    private final Claims claims;

    private final Roots roots;

    Restore(
            Map<AppExecId, RegisteredExecutor> executors,
            Map<String, Application> applications,
            Claims claims,
            Roots roots) {
        this.executors = executors;
        this.applications = applications;
        this.claims = claims;
        this.roots = roots;
    }

    void from(StateStore store) throws StoreException {
        long start = System.nanoTime();
        StoredState state = store.load();
        state.applications().forEach(stored -> application(stored.appId()));
        Roots.Looks looks = roots.look(state.localDirs());
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
            Application application = applications.get(appId);
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

    private Application application(String appId) {
        Application application = applications.computeIfAbsent(appId, Application::new);
        application.persisted = true;
        return application;
    }
}
