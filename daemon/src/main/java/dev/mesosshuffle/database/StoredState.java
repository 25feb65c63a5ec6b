package dev.mesosshuffle.database;

import dev.mesosshuffle.model.RegisteredExecutor;
import java.util.List;
import java.util.Set;

/**
 * Everything that the store holds.
 *
 * @param applications all applications
 * @param executors all executors; each one's application is among the applications, its directories among the local directories
 * @param localDirs every local directory that belongs to an application, also those that no executor names any more
 * @param removals directories that are still to be deleted
 * @param partlyUnread the applications, or the former ones of removals, that have unreadable rows
 */
public record StoredState(
        List<StoredApplication> applications,
        List<RegisteredExecutor> executors,
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

    /** Passes on each part, as if it were read now. */
    public void forEach(StateVisitor visitor) {
        applications.forEach(visitor::application);
        localDirs.forEach(visitor::localDir);
        executors.forEach(visitor::executor);
        removals.forEach(visitor::removal);
        partlyUnread.forEach(visitor::unreadableRow);
    }
}
