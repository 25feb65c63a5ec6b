package dev.mesosshuffle.liveness;

import dev.mesosshuffle.cleanup.PreparedRemovals;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.registry.RemovedApplication;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The decision to remove an application, made in an atomic step of it. Created before the step has any effect, so that no
 * lack of memory separates the two.
 *
 * <p><b>Concurrency:</b> confined to the thread that decides, and then passed on with what follows from it.
 */
final class RemovalDecision {
    private final AppLiveness before;
    private final AppLiveness removing;
    private final boolean byOperator;
    private final long now;
    private @Nullable RemovedApplication removed;
    private @Nullable PreparedRemovals prepared;
    private @Nullable Throwable failure;
    private @Nullable RemovalDecision next;
    private boolean isLinked;

    /**
     * Creates a decision, which has no effect yet.
     *
     * @param before the application as it was judged
     * @param removing the application since
     * @param byOperator whether an operator made it; then it is not retried without one
     * @param now when it was made
     */
    RemovalDecision(AppLiveness before, AppLiveness removing, boolean byOperator, long now) {
        this.before = before;
        this.removing = removing;
        this.byOperator = byOperator;
        this.now = now;
    }

    /** Removes the application from memory, and so from all lookups. */
    void removeFrom(Registry registry, String appId) {
        removed = registry.remove(appId);
    }

    /** Whether the application is removed from memory. */
    boolean hasEffect() {
        return removed != null;
    }

    /** Prepares the deletion of its directories, to be started once it is persisted. */
    void prepare(Reclaimer reclaimer) {
        prepared = reclaimer.prepare(removed().removals());
    }

    /** The deletion of its directories; null if they are not to be deleted. */
    @Nullable
    PreparedRemovals prepared() {
        return prepared;
    }

    /** Records how it ended: null if it is persisted. */
    void ended(@Nullable Throwable reason) {
        failure = reason;
    }

    /** Why it could not be persisted; null if it is. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Puts it before another one in a list, for which it needs no memory; returns false if it is in one. */
    boolean link(@Nullable RemovalDecision following) {
        if (isLinked) {
            return false;
        }
        isLinked = true;
        next = following;
        return true;
    }

    /** Takes it, the first, from its list; returns the next one. */
    @Nullable
    RemovalDecision unlink() {
        RemovalDecision following = next;
        isLinked = false;
        next = null;
        return following;
    }

    long now() {
        return now;
    }

    AppLiveness before() {
        return before;
    }

    AppLiveness removing() {
        return removing;
    }

    boolean byOperator() {
        return byOperator;
    }

    /** What the application had registered. */
    RemovedApplication removed() {
        return Objects.requireNonNull(removed);
    }
}
