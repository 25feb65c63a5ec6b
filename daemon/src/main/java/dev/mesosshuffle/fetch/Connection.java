package dev.mesosshuffle.fetch;

import dev.mesosshuffle.concurrent.GroupedClient;
import dev.mesosshuffle.protocol.Reply;

/**
 * What the server offers to the session of a connection. Connections of one address are a group. All methods may be called on
 * any thread.
 */
public interface Connection extends GroupedClient {
    /** The peer's address, as {@code /ip:port}. */
    String remoteAddress();

    /** Whether replies can still be sent: neither side has closed the connection. */
    boolean isOpen();

    /**
     * Runs a task on the connection's event loop, which owns the session. Dropped if the loop has ended.
     *
     * @param task the task
     */
    void execute(Runnable task);

    /**
     * Makes a task of the connection's event loop ready, for a thread on which memory may run out.
     *
     * @param task the task; may run more than once if memory runs out
     * @return to be run when the loop is to run the task, on any thread: then that takes no memory. If the task cannot be
     *     handed over even so, the connection is closed, and the task runs then. Dropped if the loop has ended.
     */
    Runnable prepare(Runnable task);

    /**
     * Runs a task on the connection's event loop after the input and output that is ready, so that a long work in pieces lets
     * the loop's other connections have their turns. Dropped if the loop has ended. If the task fails, the connection is
     * closed.
     *
     * @param task the task
     */
    void executeLater(Runnable task);

    /**
     * Queues a reply without a block; the next {@link #flush} sends it.
     *
     * @param reply the reply
     */
    void send(Reply reply);

    /**
     * Returns how long a reply without a block may be now. To be checked before a long one is built; others always may be
     * sent.
     *
     * @param wantedBytes its length
     */
    long maxAnswerBytes(long wantedBytes);

    /**
     * Begins a batch of replies to requests for chunks.
     *
     * @param progress learns, on any thread, of its replies that were sent or never will be
     */
    ReplyBatch newBatch(SendProgress progress);

    /** Sends all queued replies. */
    void flush();

    /**
     * Whether more blocks may be queued: nothing is read for a peer that does not read. If not, {@code
     * Session.onWritable} follows.
     */
    boolean isWritable();

    /** A request succeeded that only a client of an application makes: the connection is worth more than those of strangers. */
    void requestSucceeded();

    /** Exempts the connection from the idle timeout, because it is a driver's. */
    void disableIdleTimeout();

    /** Closes the connection from this side. */
    void close();
}
