package dev.mesosshuffle.concurrent;

import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;

/** Runs work of several clients on disks; at each disk, they take turns. */
@FunctionalInterface
public interface ClientDiskExecutor {
    /**
     * Runs a task on a thread for one disk, once it is its client's turn.
     *
     * @param root the local root that stands for the disk
     * @param client whose turn it takes
     * @throws RejectedExecutionException if too many tasks wait for that disk, of this client or in all
     */
    void execute(Path root, Object client, Runnable task);
}
