package dev.mesosshuffle.liveness;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the leading Mesos master said, at one moment. The id of a framework is that of the Spark application.
 *
 * @param frameworks those that it holds alive, whatever their flags
 * @param completed those of which it remembers the end
 * @param leader names this leader in this term of office
 * @param leadsFor how long it had been the leader when it was asked, by its own clock; null if it does not say
 */
public record FrameworkSnapshot(
        Set<String> frameworks,
        Set<String> completed,
        String leader,
        @Nullable Duration leadsFor) {
    /** After an election frameworks and agents come back one by one, and this is the time that they may take. */
    static final Duration VIEW_COMPLETE_AFTER = Duration.ofMinutes(15);

    /** Copies the sets. */
    public FrameworkSnapshot {
        frameworks = Set.copyOf(frameworks);
        completed = Set.copyOf(completed);
    }

    /** Whether what is not listed may be taken for absent. */
    boolean isComplete() {
        return leadsFor != null && leadsFor.compareTo(VIEW_COMPLETE_AFTER) > 0;
    }
}
