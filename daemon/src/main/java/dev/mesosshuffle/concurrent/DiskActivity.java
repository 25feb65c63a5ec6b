package dev.mesosshuffle.concurrent;

/**
 * What the threads of a disk do.
 *
 * @param queuedTasks how many tasks wait
 * @param activeTasks how many run
 * @param hungTasks how many of those have not shown progress for a minute
 * @param tasks how many have ended since the start
 * @param errors how many reads have failed since the start
 */
public record DiskActivity(int queuedTasks, int activeTasks, int hungTasks, long tasks, long errors) {
    /** That of a disk which was never used. */
    public static final DiskActivity NONE = new DiskActivity(0, 0, 0, 0, 0);
}
