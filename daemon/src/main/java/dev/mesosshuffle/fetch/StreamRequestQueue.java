package dev.mesosshuffle.fetch;

import dev.mesosshuffle.protocol.Reply;
import java.util.LinkedList;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that were requested outside of frames and have not been read yet. Clients match these replies, failures
 * too, by their position alone. Confined to the connection's event loop.
 */
final class StreamRequestQueue {
    private final Connection connection;
    private final ChunkResolver chunkResolver;
    private final ReadTracker reads;
    /** Of nodes: an array that cannot grow would lose entries. */
    @SuppressWarnings("JdkObsolete")
    private final Queue<String> pending = new LinkedList<>();

    StreamRequestQueue(Connection connection, ChunkResolver chunkResolver, ReadTracker reads) {
        this.connection = connection;
        this.chunkResolver = chunkResolver;
        this.reads = reads;
    }

    /** Adds the name of a chunk, {@code 17_0}. */
    void add(String streamChunkId) {
        pending.add(streamChunkId);
    }

    /** Returns the next chunk to read, or null if there is none. Those before it that cannot be served get a failure. */
    @Nullable
    ChunkRead next() {
        for (String name = pending.poll(); name != null; name = pending.poll()) {
            try {
                return chunkResolver.take(name);
            } catch (ChunkRefusedException e) {
                reads.chunksFinished(1);
                connection.send(Reply.streamFailed(name, e.error()));
                connection.flush();
            } catch (RuntimeException | Error e) {
                reads.chunksFinished(1);
                throw e;
            }
        }
        return null;
    }

    /** Drops all, since the connection is closed. */
    void close() {
        reads.chunksFinished(pending.size());
        pending.clear();
    }
}
