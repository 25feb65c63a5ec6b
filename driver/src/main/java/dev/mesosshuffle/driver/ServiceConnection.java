package dev.mesosshuffle.driver;

/** A connection on which the driver has registered. For any thread. */
interface ServiceConnection extends AutoCloseable {
    /** Returns whether nothing is known of its end. */
    boolean isActive();

    /** Sends a heartbeat, which is not answered. Does not block. */
    void sendHeartbeat();

    /** Closes it in order, by which the service learns that the driver ended. May block for seconds. */
    @Override
    void close();
}
