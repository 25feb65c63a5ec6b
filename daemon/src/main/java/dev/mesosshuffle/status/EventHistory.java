package dev.mesosshuffle.status;

import java.util.List;

/** The last events. For any thread; never waits. */
@FunctionalInterface
public interface EventHistory {
    /** One that keeps nothing. */
    EventHistory NONE = (after, limit) -> List.of();

    /**
     * Returns events in the order of their numbers.
     *
     * @param after only those with a higher number
     * @param limit the most, of which the newest are returned
     */
    List<EventView> events(long after, int limit);
}
