package dev.mesosshuffle.security;

import dev.mesosshuffle.concurrent.ClientExecutor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

/** Runs tasks when the test says so. */
final class ManualPool implements ClientExecutor {
    final Queue<Runnable> tasks = new ArrayDeque<>();
    boolean full;
    /** Whether memory runs out after a task was queued. */
    boolean outOfMemory;

    @Override
    public void execute(Object client, Runnable task) {
        if (full) {
            throw new RejectedExecutionException();
        }
        tasks.add(task);
        if (outOfMemory) {
            throw new OutOfMemoryError("for a test");
        }
    }

    /** Runs the tasks that wait now. */
    void run() {
        for (int waiting = tasks.size(); waiting > 0; waiting--) {
            tasks.remove().run();
        }
    }
}
