package dev.mesosshuffle.registry;

import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The registry's state in memory.
 *
 * <p><b>Concurrency:</b> {@link #executors} and {@link #applications} may be read without the lock, so that no list of them is
 * made under it; everything else, and every change, is guarded by it. It is held for work in memory only, and no future
 * completes under it.
 */
final class RegistryState {
    /** One application may occupy this fraction of what the others leave. */
    private static final int SHARE_DIVISOR = 4;

    final ReentrantLock lock = new ReentrantLock();
    final Map<AppExecId, RegisteredExecutor> executors = new ConcurrentHashMap<>();
    final ConcurrentMap<String, RegisteredApplication> applications = new ConcurrentHashMap<>();
    /** One object for each root: those are few, and configured. */
    private final Map<Path, Path> roots = new HashMap<>();

    final LocalDirClaims claims = new LocalDirClaims();

    /** Whether some applications or directories are stored but unknown here, for lack of memory. */
    boolean incomplete;

    /** How many removals there were, rolled back or not. */
    long removals;

    /** What all applications may occupy. */
    final ByteBudget budget;

    RegistryState(ByteBudget budget) {
        this.budget = budget;
    }

    RegisteredApplication application(String appId) {
        return applications.computeIfAbsent(
                appId, id -> new RegisteredApplication(id, budget.fairShare(SHARE_DIVISOR)));
    }

    /** Returns the same directory, made of the objects that are kept already. */
    LocalDir interned(LocalDir dir) {
        LocalDir claimed = claims.claimed(dir.path());
        if (claimed != null && claimed.equals(dir)) {
            return claimed;
        }
        Path root = roots.computeIfAbsent(dir.root(), known -> known);
        return root == dir.root() ? dir : new LocalDir(root, dir.path());
    }

    /** Removes an application that has neither persisted nor pending registrations, and is not being removed. */
    void removeIfEmpty(RegisteredApplication application) {
        if (!application.persisted && application.pending == 0 && application.removal == null) {
            forget(application);
        }
    }

    /** Removes an application, and releases all that was reserved for it. */
    void forget(RegisteredApplication application) {
        if (applications.remove(application.appId, application)) {
            application.forget();
        }
    }
}
