package dev.mesosshuffle.registry;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.util.List;

/**
 * An application that was removed from memory, until its removal is persisted or rolled back.
 *
 * @param appId its id
 * @param executors its executors
 * @param removals the intent to delete each local directory that it ever owned, also those that no executor names any more
 * @param number tells this removal of the application from an earlier one that was rolled back
 */
public record RemovedApplication(
        String appId, List<RegisteredExecutor> executors, List<StoredRemoval> removals, long number) {
    /** Copies the lists. */
    public RemovedApplication {
        executors = List.copyOf(executors);
        removals = List.copyOf(removals);
    }

    /**
     * Returns every local directory that it ever owned.
     */
    public List<LocalDir> dirs() {
        return removals.stream().map(StoredRemoval::dir).toList();
    }
}
