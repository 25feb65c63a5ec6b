package dev.mesosshuffle.fetch;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.protocol.Reply;
import java.util.OptionalLong;

/**
 * Serves the chunks that one connection requests: checks the limit, takes the chunk out of its stream, and queues its
 * read. A chunk that cannot be served gets a failure; a chunk above the limit closes the connection.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop. Blocks are read, and replies queued, on the threads of
 * disks.
 */
public final class ChunkFetcher {
    private final Connection connection;
    private final LoadShedder loadShedder;
    private final ChunkLimiter limiter;
    private final ConnectionStreams streams;
    private final ChunkResolver chunkResolver;
    private final StreamRequestQueue streamRequests;
    private final FetchQueue fetchQueue;

    ChunkFetcher(
            Connection connection,
            LoadShedder loadShedder,
            ChunkLimiter limiter,
            ConnectionStreams streams,
            ChunkResolver chunkResolver,
            StreamRequestQueue streamRequests,
            FetchQueue fetchQueue) {
        this.connection = connection;
        this.loadShedder = loadShedder;
        this.limiter = limiter;
        this.streams = streams;
        this.chunkResolver = chunkResolver;
        this.streamRequests = streamRequests;
        this.fetchQueue = fetchQueue;
    }

    /**
     * Opens a stream of an executor's blocks.
     *
     * @return its id, unique on this connection; empty if there is no memory for it now, so that the connection was closed
     * @throws IllegalArgumentException if it would never be granted so much memory; the message is for the client
     */
    public OptionalLong openStream(AppExecId executor, BlockIds blocks) {
        try {
            return OptionalLong.of(streams.open(executor, blocks));
        } catch (StreamMemoryException e) {
            shed("streams", "No memory for one more open stream; raise SPARK_DAEMON_MEMORY.");
            return OptionalLong.empty();
        }
    }

    /**
     * Closes the connection because of overload.
     *
     * @param kind the kind of overload; one of a few constants, by which log lines are limited
     * @param reason which limit was reached, and what an operator can do
     */
    public void shed(String kind, String reason) {
        loadShedder.shed(connection, kind, reason);
    }

    /** Queues a chunk whose reply may be sent in any order; {@link #schedule} starts its read. */
    public void fetchChunk(long streamId, int chunkIndex) {
        if (!limiter.tryAcquire(connection)) {
            return;
        }
        try {
            fetchQueue.add(chunkResolver.take(streamId, chunkIndex));
        } catch (ChunkRefusedException e) {
            limiter.release();
            connection.send(Reply.chunkFailed(streamId, chunkIndex, e.error()));
            connection.flush();
        } catch (RuntimeException | Error e) {
            limiter.release();
            throw e;
        }
    }

    /**
     * Queues a chunk whose reply is sent outside of frames, in the order of these requests; {@link #schedule} starts its
     * read.
     *
     * @param streamChunkId its stream and index, {@code 17_0}
     */
    public void fetchStream(String streamChunkId) {
        if (!limiter.tryAcquire(connection)) {
            return;
        }
        try {
            streamRequests.add(streamChunkId);
        } catch (OutOfMemoryError e) {
            limiter.release();
            throw e;
        }
    }

    /** Starts as many queued reads as the connection can take; to be called after requests, and when it is writable. */
    public void schedule() {
        fetchQueue.schedule();
    }

    /** Drops everything that has not started, since the connection is closed. Reads that run finish. */
    public void close() {
        try {
            fetchQueue.close();
        } finally {
            streams.close();
        }
    }
}
