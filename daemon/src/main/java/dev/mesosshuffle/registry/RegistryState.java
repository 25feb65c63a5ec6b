package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The registry's state in memory.
 *
 * <p><b>Concurrency:</b> {@link #executors} may be read without the lock; everything else, and every change, is guarded by
 * it. It is held for work in memory only, and no future completes under it.
 */
final class RegistryState {
    final ReentrantLock lock = new ReentrantLock();
    final Map<AppExecId, RegisteredExecutor> executors = new ConcurrentHashMap<>();
    final Map<String, RegisteredApplication> applications = new HashMap<>();
    final LocalDirClaims claims = new LocalDirClaims();

    RegisteredApplication application(String appId) {
        return applications.computeIfAbsent(appId, RegisteredApplication::new);
    }

    /** Removes an application that has neither persisted nor pending registrations, and is not being removed. */
    void removeIfEmpty(RegisteredApplication application) {
        if (!application.persisted && application.pending == 0 && application.removal == null) {
            applications.remove(application.appId, application);
        }
    }
}
