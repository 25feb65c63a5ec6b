package dev.mesosshuffle.fetch;

import dev.mesosshuffle.protocol.Reply;
import java.util.function.IntConsumer;

/** What a {@code Session} needs of its connection. All methods may be called on any thread. */
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
     * Begins a batch of replies to requests for chunks.
     *
     * @param answered is told, on any thread, how many of its replies have left, or never will
     */
    ReplyBatch newBatch(IntConsumer answered);

    /** Lets all queued replies leave. */
    void flush();

    /**
     * Whether there is room for more blocks: a peer that does not read is not read for. When there is room again,
     * {@code Session.onRoomForBlocks} is called.
     */
    boolean hasRoomForBlocks();

    /** From here on this is a driver's connection: it is never closed for being idle. */
    void keepWhenIdle();

    /** Closes the connection from our side. */
    void close();
}
