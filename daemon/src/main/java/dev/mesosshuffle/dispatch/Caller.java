package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.concurrent.GroupedClient;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.protocol.Reply;
import java.util.OptionalLong;

/**
 * The client that sent a message, as handlers see it. Stands for its connection by identity: two connections are two
 * callers.
 */
interface Caller extends GroupedClient {
    /** The client's address, as {@code /ip:port}. For any thread. */
    String remoteAddress();

    /** Whether the client can still receive a reply. For any thread. */
    boolean isOpen();

    /**
     * Runs a task on the connection's event loop after what other connections have ready; drops it if the loop has ended. For
     * any thread.
     */
    void executeLater(Runnable task);

    /** Closes the connection after an unexpected failure, and logs that. For any thread. */
    void fail(Throwable cause);

    /** The turns of its requests that work on disks and in the registry. Only on the connection's event loop. */
    RequestTurns requestTurns();

    /** The turns of its requests that are long, which are in progress one at a time. Only on the connection's event loop. */
    RequestTurns longRequestTurns();

    /** Sends a reply. For any thread. */
    void send(Reply reply);

    /**
     * Returns how long a reply may be now. To be checked before a long one is built. For any thread.
     *
     * @param wantedBytes its length
     */
    long maxAnswerBytes(long wantedBytes);

    /**
     * Opens a stream of an executor's blocks. Only on the connection's event loop.
     *
     * @return its id; empty if there is no memory for it now, so that the connection was closed: its client tries again
     * @throws IllegalArgumentException if it would never be granted so much memory; the message is for the client
     */
    OptionalLong openStream(AppExecId executor, BlockIds blocks);

    /** A request succeeded that only a client of an application makes. For any thread. */
    void requestSucceeded();

    /**
     * Makes this the connection of an application's driver. Only on the connection's event loop.
     *
     * @throws IllegalArgumentException if it is that of too many applications; the message is for the client
     */
    void registerDriver(String appId);
}
