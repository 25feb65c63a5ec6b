package dev.mesosshuffle.fetch;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockIds;
import java.util.HashMap;
import java.util.Map;

/**
 * The open streams of one connection. They are gone with the connection, at a cost that does not depend on the
 * streams of others.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
public final class ConnectionStreams {
    /**
     * How many chunks may be open and not yet asked for. A client asks for them right after opening; this only stops
     * one that opens for ever from eating the heap.
     */
    static final int MAX_OPEN_CHUNKS = 4_000_000;

    /** Likewise, how many streams may be open. */
    static final int MAX_OPEN_STREAMS = 65_536;

    private final Map<Long, OpenStream> streams = new HashMap<>();
    private long nextId;
    private int openChunks;

    /**
     * Creates the streams of one connection.
     *
     * @param firstId the first stream's id; ids of different connections may be equal, but logs read better if not
     */
    public ConnectionStreams(long firstId) {
        this.nextId = firstId;
    }

    /**
     * Opens a stream.
     *
     * @return its id
     * @throws IllegalArgumentException if too many streams or chunks are open already
     */
    public long open(AppExecId executor, BlockIds blocks) {
        if (streams.size() == MAX_OPEN_STREAMS) {
            throw new IllegalArgumentException(
                    "open streams of one connection: " + streams.size() + " (expected: fewer than that)");
        }
        if (blocks.size() > MAX_OPEN_CHUNKS - openChunks) {
            throw new IllegalArgumentException("open chunks of one connection: " + openChunks + " + " + blocks.size()
                    + " (expected: at most " + MAX_OPEN_CHUNKS + ")");
        }
        long id = nextId++;
        streams.put(id, new OpenStream(executor, blocks));
        openChunks += blocks.size();
        return id;
    }

    /**
     * Takes a chunk out of a stream. A stream gives its chunks in order, each of them once, as Spark's
     * {@code OneForOneStreamManager} does; with the last one it is gone.
     *
     * @throws NoSuchChunkException if it is not this chunk's turn, or there is no such stream
     */
    public Chunk take(long streamId, int chunkIndex) throws NoSuchChunkException {
        OpenStream stream = streams.get(streamId);
        if (stream == null) {
            throw NoSuchChunkException.unknownStream();
        }
        if (chunkIndex != stream.next) {
            throw NoSuchChunkException.outOfOrder(stream.next);
        }
        stream.next++;
        openChunks--;
        if (stream.next == stream.blocks.size()) {
            streams.remove(streamId);
        }
        return new Chunk(streamId, chunkIndex, stream.executor, stream.blocks.get(chunkIndex));
    }

    /** How many streams are open. */
    public int size() {
        return streams.size();
    }

    private static final class OpenStream {
        private final AppExecId executor;
        private final BlockIds blocks;
        private int next;

        private OpenStream(AppExecId executor, BlockIds blocks) {
            this.executor = executor;
            this.blocks = blocks;
        }
    }
}
