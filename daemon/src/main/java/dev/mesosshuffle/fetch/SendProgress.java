package dev.mesosshuffle.fetch;

/** Learns what becomes of the replies of a batch. */
@FunctionalInterface
public interface SendProgress {
    /**
     * Replies were sent, or never will be. On any thread.
     *
     * @param count how many
     */
    void onFinished(int count);

    /**
     * Nothing of a large block could be sent meanwhile, because its next part was read. On the connection's event loop.
     *
     * @param nanos how long, in ns
     */
    default void onDiskWait(long nanos) {}
}
