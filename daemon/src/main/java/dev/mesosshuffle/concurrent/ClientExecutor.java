package dev.mesosshuffle.concurrent;

import java.util.concurrent.RejectedExecutionException;

/** Runs tasks of several clients, which take turns. */
@FunctionalInterface
public interface ClientExecutor {
    /**
     * Runs a task on a thread, once it is its client's turn.
     *
     * @param client whose turn it takes
     * @throws RejectedExecutionException if too many tasks wait, of this client or in all
     */
    void execute(Object client, Runnable task);
}
