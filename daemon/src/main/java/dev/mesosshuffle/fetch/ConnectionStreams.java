package dev.mesosshuffle.fetch;

import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockIds;
import java.util.HashMap;
import java.util.Map;

/**
 * The open streams of one connection. They end with the connection, at a cost that does not depend on the streams of
 * others. What they occupy counts against a budget, since a client may open streams and never request a chunk.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class ConnectionStreams {
    /** One connection may hold half of what the others leave: enough for a stream of 100,000 blocks with a heap of 76 MiB. */
    private static final int SHARE_DIVISOR = 2;

    /** A stream, its id and its entry in the map, in bytes. */
    static final int STREAM_BYTES = 160;

    private final Map<Long, OpenStream> streams = new HashMap<>();
    private final ByteBudget budget;
    private long nextId;
    private boolean closed;

    /**
     * Creates the streams of one connection.
     *
     * @param firstId the first stream's id; two connections may share ids, but logs read better if they do not
     * @param allStreams the budget of the streams of all connections
     */
    ConnectionStreams(long firstId, ByteBudget allStreams) {
        this.nextId = firstId;
        this.budget = allStreams.fairShare(SHARE_DIVISOR);
    }

    /**
     * Opens a stream.
     *
     * @return its id
     * @throws StreamMemoryException if there is no memory for it now
     * @throws IllegalArgumentException if it would never be granted so much memory; the message is for the client
     */
    long open(AppExecId executor, BlockIds blocks) {
        long bytes = STREAM_BYTES + blocks.retainedBytes();
        if (closed) {
            throw new IllegalArgumentException("a stream on a closed connection (expected: an open one)");
        }
        if (!budget.tryReserve(bytes)) {
            if (bytes > budget.maxBytes()) {
                throw new IllegalArgumentException("stream of " + blocks.size() + " blocks: " + bytes
                        + " bytes of block ids (expected: at most " + budget.maxBytes() + ")");
            }
            throw new StreamMemoryException(bytes, budget.freeBytes());
        }
        long id = nextId++;
        streams.put(id, new OpenStream(executor, blocks, bytes));
        return id;
    }

    /**
     * Takes a chunk out of a stream. A stream yields its chunks in order, each of them once, as Spark's
     * {@code OneForOneStreamManager} does, and is removed with the last one.
     *
     * @throws ChunkRefusedException if there is no such stream, or another chunk is next
     */
    Chunk take(long streamId, int chunkIndex) throws ChunkRefusedException {
        OpenStream stream = streams.get(streamId);
        if (stream == null) {
            throw ChunkRefusedException.unknownStream(streamId);
        }
        if (chunkIndex != stream.next) {
            throw ChunkRefusedException.outOfOrder(chunkIndex, stream.next);
        }
        stream.next++;
        if (stream.next == stream.blocks.size()) {
            streams.remove(streamId);
            budget.release(stream.bytes);
        }
        return new Chunk(streamId, chunkIndex, stream.executor, stream.blocks.get(chunkIndex));
    }

    /** The number of open streams. */
    int size() {
        return streams.size();
    }

    /** Ends all streams, and opens no more. */
    void close() {
        closed = true;
        streams.clear();
        budget.releaseAll();
    }

    private static final class OpenStream {
        private final AppExecId executor;
        private final BlockIds blocks;
        private final long bytes;
        private int next;

        private OpenStream(AppExecId executor, BlockIds blocks, long bytes) {
            this.executor = executor;
            this.blocks = blocks;
            this.bytes = bytes;
        }
    }
}
