package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.LocalDir;
import java.util.List;

/**
 * An application that was taken out of the registry, until its removal is persisted or taken back.
 *
 * @param appId its id
 * @param executors its executors
 * @param dirs every local dir that it ever owned, also those that no executor names any more
 */
public record RemovedApplication(String appId, List<RegisteredExecutor> executors, List<LocalDir> dirs) {
    /** Copies the lists. */
    public RemovedApplication {
        executors = List.copyOf(executors);
        dirs = List.copyOf(dirs);
    }
}
