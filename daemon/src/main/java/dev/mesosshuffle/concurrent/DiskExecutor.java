package dev.mesosshuffle.concurrent;

import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;

/** Runs work on disks. */
@FunctionalInterface
public interface DiskExecutor {
    /**
     * Runs a task on a thread for one disk.
     *
     * @param root the local root that stands for the disk
     * @throws RejectedExecutionException if the queue of that disk is full
     */
    void execute(Path root, Runnable task);
}
