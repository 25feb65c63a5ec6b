package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.AppExecId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the registry holds.
 *
 * <p><b>Concurrency:</b> {@link #executors} may be looked at without the lock; everything else, and every change, is
 * guarded by it. It is held for memory work alone, and no future completes under it.
 */
final class RegistryState {
    final ReentrantLock lock = new ReentrantLock();
    final Map<AppExecId, RegisteredExecutor> executors = new ConcurrentHashMap<>();
    final Map<String, RegisteredApplication> applications = new HashMap<>();
    final LocalDirClaims claims = new LocalDirClaims();

    RegisteredApplication application(String appId) {
        return applications.computeIfAbsent(appId, RegisteredApplication::new);
    }

    void forgetIfNothingIsLeft(RegisteredApplication application) {
        if (!application.persisted && application.pending == 0 && application.removal == null) {
            applications.remove(application.appId, application);
        }
    }
}
