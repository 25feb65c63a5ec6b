package dev.mesosshuffle.store;

import java.util.List;

/**
 * Everything that the store holds.
 *
 * @param applications all applications
 * @param executors all executors; each one's application is among the applications, its dirs among the local dirs
 * @param localDirs every local dir that belongs to an application, also those that no executor names any more
 * @param removals dirs that are still to be deleted
 */
public record StoredState(
        List<StoredApplication> applications,
        List<StoredExecutor> executors,
        List<StoredLocalDir> localDirs,
        List<StoredRemoval> removals) {
    /** Copies the lists. */
    public StoredState {
        applications = List.copyOf(applications);
        executors = List.copyOf(executors);
        localDirs = List.copyOf(localDirs);
        removals = List.copyOf(removals);
    }
}
