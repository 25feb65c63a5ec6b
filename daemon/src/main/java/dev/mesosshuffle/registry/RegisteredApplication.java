package dev.mesosshuffle.registry;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.memory.ByteBudget;
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
    /** The most drivers that {@code liveness} tracks of an application. */
    private static final int MAX_DRIVERS = 16;

    final String appId;

    /** What it occupies, in bytes: itself from its first registration on, its drivers, executors and claims. */
    final ByteBudget budget;

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
    private int drivers;
    private boolean forgotten;

    RegisteredApplication(String appId, ByteBudget budget) {
        this.appId = appId;
        this.budget = budget;
    }

    /** An executor's latest persisted registration, and its place among all registrations. */
    private record Latest(RegisteredExecutor executor, long sequence) {}

    /**
     * Adds a persisted registration. The success of one may be reported after that of a later one.
     *
     * @return which registration is obsolete now: the one before, or this one if a later one was added already; null if
     *     the executor had none
     */
    @Nullable
    RegisteredExecutor put(RegisteredExecutor executor, long sequence) {
        Latest known = latest.get(executor.id().execId());
        if (known != null && known.sequence() > sequence) {
            return executor;
        }
        latest.put(executor.id().execId(), new Latest(executor, sequence));
        return known == null ? null : known.executor();
    }

    /** Whether that registration is the executor's latest. */
    boolean isLatest(RegisteredExecutor executor, long sequence) {
        Latest known = latest.get(executor.id().execId());
        return known != null && known.sequence() == sequence;
    }

    /** Forgets a restored executor. */
    void drop(RegisteredExecutor executor) {
        latest.remove(executor.id().execId());
        release(RegistrySizes.executor(executor));
    }

    /** Releases what was reserved for a part of it. */
    void release(long bytes) {
        if (!forgotten) {
            budget.release(bytes);
        }
    }

    /** Releases all that was reserved for it, because it is removed. */
    void forget() {
        forgotten = true;
        budget.releaseAll();
    }

    /** Whether nothing is reserved for it yet. */
    private boolean isNew() {
        return !persisted && pending == 0;
    }

    /** Reserves memory for a registration that starts now. Returns whether there is enough. */
    boolean tryReserve(long bytes) {
        return budget.tryReserve(bytes + (isNew() ? RegistrySizes.application(appId) : 0));
    }

    /** Reserves memory for a driver that registers now. One that registers again counts again, up to those tracked. */
    boolean tryReserveDriver() {
        if (!tryReserve(drivers < MAX_DRIVERS ? RegistrySizes.DRIVER_BYTES : 0)) {
            return false;
        }
        drivers = Math.min(MAX_DRIVERS, drivers + 1);
        return true;
    }

    List<RegisteredExecutor> executors() {
        return latest.values().stream().map(Latest::executor).toList();
    }

    int executorCount() {
        return latest.size();
    }

    RemovedApplication removed() {
        List<StoredRemoval> removals = new ArrayList<>(claims.size());
        claims.forEach(claim -> removals.add(new StoredRemoval(claim.dir(), appId, claim.rootInode())));
        return new RemovedApplication(appId, executors(), removals);
    }
}
