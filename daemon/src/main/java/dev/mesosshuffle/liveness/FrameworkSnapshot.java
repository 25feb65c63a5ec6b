package dev.mesosshuffle.liveness;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The frameworks that the leading Mesos master listed at one moment. The id of a framework is that of the Spark
 * application.
 *
 * @param frameworks those that it lists as live, whatever their flags
 * @param completed those that it remembers as completed
 * @param leader identifies this leader in this term
 * @param leadsFor how long it had led when it responded, by its own clock; null if unknown
 */
public record FrameworkSnapshot(
        Set<String> frameworks,
        Set<String> completed,
        String leader,
        @Nullable Duration leadsFor) {
    /** After an election, frameworks and agents re-register one by one; this is the time that they may need. */
    static final Duration VIEW_COMPLETE_AFTER = Duration.ofMinutes(15);

    /** Copies the sets. */
    public FrameworkSnapshot {
        frameworks = Set.copyOf(frameworks);
        completed = Set.copyOf(completed);
    }

    /** Returns whether a framework that is not listed may be taken for absent. */
    boolean isComplete() {
        return leadsFor != null && leadsFor.compareTo(VIEW_COMPLETE_AFTER) > 0;
    }
}
