package dev.mesosshuffle.fetch;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockIds;
import java.util.HashMap;
import java.util.Map;

/**
 * The open streams of one connection. They end with the connection, at a cost that does not depend on the streams of
 * others.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class ConnectionStreams {
    /**
     * The number of chunks that may be open and not requested yet. Clients request them right after opening a stream; the
     * limit bounds the heap that a client can occupy by never requesting them.
     */
    static final int MAX_OPEN_CHUNKS = 4_000_000;

    /** The number of streams that may be open, for the same reason. */
    static final int MAX_OPEN_STREAMS = 65_536;

    private final Map<Long, OpenStream> streams = new HashMap<>();
    private long nextId;
    private int openChunks;

    /**
     * Creates the streams of one connection.
     *
     * @param firstId the first stream's id; two connections may share ids, but logs read better if they do not
     */
    ConnectionStreams(long firstId) {
        this.nextId = firstId;
    }

    /**
     * Opens a stream.
     *
     * @return its id
     * @throws IllegalArgumentException if too many streams or chunks are open; the message is for the client
     */
    long open(AppExecId executor, BlockIds blocks) {
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
        openChunks--;
        if (stream.next == stream.blocks.size()) {
            streams.remove(streamId);
        }
        return new Chunk(streamId, chunkIndex, stream.executor, stream.blocks.get(chunkIndex));
    }

    /** The number of open streams. */
    int size() {
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
