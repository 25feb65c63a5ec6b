package dev.mesosshuffle.driver;

/** Connects to the shuffle services of hosts. For any thread. */
interface ServiceConnector extends AutoCloseable {
    /**
     * Connects, authenticates itself if the application does, and registers the driver. Blocks, for as long as the connector
     * is configured to at most.
     *
     * @param host the name or address of the host
     * @return the connection, which the caller closes
     * @throws Exception if it could not connect, or was refused
     */
    ServiceConnection register(String host) throws Exception;

    /** Frees what the connections share. Does not block. */
    @Override
    void close();
}
