package dev.mesosshuffle.concurrent;

/**
 * A task that takes its turn with those of other clients.
 *
 * @param client whose task it is
 * @param task what it does
 */
record ClientTask(Object client, Runnable task) implements Runnable {
    @Override
    public void run() {
        task.run();
    }
}
