package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.Reply;
import java.io.IOException;

/** What a {@link Session} needs of its connection. All methods may be called on any thread. */
public interface Connection {
    /** Who is at the other end, as {@code /ip:port}. */
    String remoteAddress();

    /**
     * Has a task run on the connection's event loop, where the session lives.
     *
     * @param task what to do
     */
    void execute(Runnable task);

    /**
     * Queues a reply without a block; it leaves with the next {@link #flush}.
     *
     * @param reply the reply
     */
    void send(Reply reply);

    /**
     * Queues a reply with a block; it leaves with the next {@link #flush}. A small block is read here and now, so
     * this must not be called on an event loop.
     *
     * @param reply the reply
     * @param block the block's bytes; owned, and closed, by the connection from here on, whatever happens
     * @param sent run once when the last byte has left, or never will
     * @throws IOException if the block cannot be read; then nothing is queued, and {@code sent} is not run
     */
    void send(Reply reply, OpenSegment block, Runnable sent) throws IOException;

    /** Lets all queued replies leave. */
    void flush();

    /**
     * Whether there is room for more blocks: a peer that does not read is not read for. When there is room again,
     * {@link Session#onRoomForBlocks} is called.
     */
    boolean hasRoomForBlocks();

    /** From here on this is a driver's connection: it is never closed for being idle. */
    void keepWhenIdle();

    /** Closes the connection from our side. */
    void close();
}
