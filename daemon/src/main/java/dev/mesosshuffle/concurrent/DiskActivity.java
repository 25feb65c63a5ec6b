package dev.mesosshuffle.concurrent;

import java.time.Duration;

/**
 * What the threads of a disk do.
 *
 * @param queuedTasks how many tasks wait
 * @param activeTasks how many run
 * @param hungTasks how many of those have not shown progress for a minute
 * @param tasks how many have ended since the start
 * @param errors how many reads have failed since the start
 * @param medianLatency of the tasks of the last minutes; zero if there were none
 * @param p99Latency the time that one of a hundred of them has exceeded; zero if there were none
 */
public record DiskActivity(
        int queuedTasks,
        int activeTasks,
        int hungTasks,
        long tasks,
        long errors,
        Duration medianLatency,
        Duration p99Latency) {
    /** That of a disk which was never used. */
    public static final DiskActivity NONE = new DiskActivity(0, 0, 0, 0, 0, Duration.ZERO, Duration.ZERO);
}
