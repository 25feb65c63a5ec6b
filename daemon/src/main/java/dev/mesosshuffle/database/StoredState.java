package dev.mesosshuffle.database;

import java.util.List;
import java.util.Set;

/**
 * Everything that the store holds.
 *
 * @param applications all applications
 * @param executors all executors; each one's application is among the applications, its dirs among the local dirs
 * @param localDirs every local dir that belongs to an application, also those that no executor names any more
 * @param removals dirs that are still to be deleted
 * @param partlyUnread the applications, or the former ones of removals, of which there are rows that cannot be read
 */
public record StoredState(
        List<StoredApplication> applications,
        List<StoredExecutor> executors,
        List<StoredLocalDir> localDirs,
        List<StoredRemoval> removals,
        Set<String> partlyUnread) {
    /** Copies the lists. */
    public StoredState {
        applications = List.copyOf(applications);
        executors = List.copyOf(executors);
        localDirs = List.copyOf(localDirs);
        removals = List.copyOf(removals);
        partlyUnread = Set.copyOf(partlyUnread);
    }
}
