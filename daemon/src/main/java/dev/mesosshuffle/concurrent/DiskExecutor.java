package dev.mesosshuffle.concurrent;

import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;

/** Where work on a disk may be done. */
@FunctionalInterface
public interface DiskExecutor {
    /**
     * Has something done on a thread for one disk.
     *
     * @param root the local root that stands for the disk
     * @param task what to do
     * @throws RejectedExecutionException if too much waits for that disk already
     */
    void execute(Path root, Runnable task);
}
