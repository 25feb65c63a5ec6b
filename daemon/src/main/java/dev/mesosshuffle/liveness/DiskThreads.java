package dev.mesosshuffle.liveness;

import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;

/** Where work on a disk may be done. */
@FunctionalInterface
public interface DiskThreads {
    /**
     * Has something done on a thread for one disk.
     *
     * @param root the local root that stands for the disk
     * @param task what to do
     * @throws RejectedExecutionException if too much waits for that disk already
     */
    void execute(Path root, Runnable task);
}
