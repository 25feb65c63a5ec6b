package dev.mesosshuffle.registry;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the registry knows of one application.
 *
 * <p><b>Concurrency:</b> guarded by the registry's lock, except that {@link #isListed}, {@link #executors} and {@link
 * #executorCount} may be called without it.
 */
final class RegisteredApplication {
    /** The most drivers that {@code liveness} tracks of an application. */
    private static final int MAX_DRIVERS = 16;

    final String appId;

    /** What it occupies, in bytes: itself from its first registration on, its drivers, executors and claims. */
    final ByteBudget budget;

    final List<LocalDirClaims.Claim> claims = new ArrayList<>();

    /** Whether any of it is persisted. */
    volatile boolean persisted;

    /** Whether it had rows that could not be read when it was restored. */
    boolean partlyUnread;

    /** The number of registrations that are not persisted yet. */
    int pending;

    /** Set while the application is being removed: completes when it is removed or restored. */
    volatile @Nullable CompletableFuture<Void> removal;

    /** Tells the removal from earlier ones that were rolled back. */
    long removalNumber;

    private final Map<String, Latest> latest = new ConcurrentHashMap<>();

    /** The number of pending registrations of each executor that has any. */
    private final Map<String, Integer> pendingExecutors = new HashMap<>();

    private int drivers;
    private boolean forgotten;

    RegisteredApplication(String appId, ByteBudget budget) {
        this.appId = appId;
        this.budget = budget;
    }

    /** An executor's latest persisted registration, and its place among all registrations. */
    private record Latest(RegisteredExecutor executor, long sequence) {}

    /**
     * Returns the bytes to reserve for an executor's registration that starts now: those by which it exceeds the one that
     * it is to replace. While another one of the same executor is pending, nobody knows which that will be.
     */
    long addedBytes(RegisteredExecutor executor) {
        String execId = executor.id().execId();
        Latest known = pendingExecutors.containsKey(execId) ? null : latest.get(execId);
        return Math.max(
                0, RegistrySizes.executor(executor) - (known == null ? 0 : RegistrySizes.executor(known.executor())));
    }

    /**
     * Reserves memory for an executor's registration, which is on its way into the store then.
     *
     * @return whether there is enough
     */
    boolean tryStart(RegisteredExecutor executor, long bytes) {
        if (!tryReserve(bytes)) {
            return false;
        }
        boolean started = false;
        try {
            pendingExecutors.merge(executor.id().execId(), 1, Integer::sum);
            pending++;
            started = true;
        } finally {
            if (!started) {
                release(bytes + (isNew() ? RegistrySizes.application(appId) : 0));
            }
        }
        return true;
    }

    /** An executor's registration is persisted, or has failed. */
    void ended(RegisteredExecutor executor) {
        pending--;
        pendingExecutors.computeIfPresent(executor.id().execId(), (id, count) -> count == 1 ? null : count - 1);
    }

    /**
     * Adds a persisted registration, and releases what is not needed any more. The success of one may be reported after
     * that of a later one; then it is obsolete already.
     *
     * @param reservedBytes what was reserved for it
     */
    void put(RegisteredExecutor executor, long sequence, long reservedBytes) {
        Latest known = latest.get(executor.id().execId());
        if (known != null && known.sequence() > sequence) {
            release(reservedBytes);
            return;
        }
        latest.put(executor.id().execId(), new Latest(executor, sequence));
        long formerBytes = known == null ? 0 : RegistrySizes.executor(known.executor());
        release(reservedBytes + formerBytes - RegistrySizes.executor(executor));
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

    /**
     * Reserves memory for a driver that registers now. One that registers again counts again, up to those tracked. A
     * persisted application has room for all of these, because its driver may be one that registers again.
     */
    boolean tryReserveDriver() {
        long bytes = drivers < MAX_DRIVERS ? RegistrySizes.DRIVER_BYTES : 0;
        if (persisted) {
            budget.reserve(bytes);
        } else if (!tryReserve(bytes)) {
            return false;
        }
        drivers = Math.min(MAX_DRIVERS, drivers + 1);
        return true;
    }

    /** Whether operators see it: some of it is persisted, and it is not being removed. */
    boolean isListed() {
        return persisted && removal == null;
    }

    List<RegisteredExecutor> executors() {
        return latest.values().stream().map(Latest::executor).toList();
    }

    int executorCount() {
        return latest.size();
    }

    RemovedApplication removed(long number) {
        List<StoredRemoval> removals = new ArrayList<>(claims.size());
        claims.forEach(claim -> removals.add(new StoredRemoval(claim.dir(), appId, claim.rootInode())));
        return new RemovedApplication(appId, executors(), removals, number);
    }
}
