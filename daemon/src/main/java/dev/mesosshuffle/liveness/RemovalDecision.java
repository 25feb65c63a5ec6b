package dev.mesosshuffle.liveness;

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
    private @Nullable RemovedApplication removed;

    /**
     * Creates a decision, which has no effect yet.
     *
     * @param before the application as it was judged
     * @param removing the application since
     * @param byOperator whether an operator made it; then it is not retried without one
     */
    RemovalDecision(AppLiveness before, AppLiveness removing, boolean byOperator) {
        this.before = before;
        this.removing = removing;
        this.byOperator = byOperator;
    }

    /** Removes the application from memory, and so from all lookups. */
    void removeFrom(Registry registry, String appId) {
        removed = registry.remove(appId);
    }

    /** Whether the application is removed from memory. */
    boolean hasEffect() {
        return removed != null;
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
