package dev.mesosshuffle.registry;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the registry knows of one application.
 *
 * <p><b>Concurrency:</b> guarded by the registry's lock.
 */
final class RegisteredApplication {
    final String appId;
    final List<LocalDirClaims.Claim> claims = new ArrayList<>();

    /** Whether any of it is persisted. */
    boolean persisted;

    /** Whether it had rows that could not be read when it was restored. */
    boolean partlyUnread;

    /** The number of registrations that are not persisted yet. */
    int pending;

    /** Set while the application is being removed: completes when it is removed or restored. */
    @Nullable
    CompletableFuture<Void> removal;

    private final Map<String, Latest> latest = new HashMap<>();

    RegisteredApplication(String appId) {
        this.appId = appId;
    }

    /** An executor's latest persisted registration, and its place among all registrations. */
    private record Latest(RegisteredExecutor executor, long sequence) {}

    /**
     * Adds a persisted registration. The success of one may be reported after that of a later one.
     *
     * @return whether it is the executor's latest
     */
    boolean put(RegisteredExecutor executor, long sequence) {
        Latest now = new Latest(executor, sequence);
        return latest.merge(executor.id().execId(), now, (known, added) -> known.sequence() > sequence ? known : added)
                .equals(now);
    }

    List<RegisteredExecutor> executors() {
        return latest.values().stream().map(Latest::executor).toList();
    }

    RemovedApplication removed() {
        List<StoredRemoval> removals = new ArrayList<>(claims.size());
        claims.forEach(claim -> removals.add(new StoredRemoval(claim.dir(), appId, claim.rootInode())));
        return new RemovedApplication(appId, executors(), removals);
    }
}
