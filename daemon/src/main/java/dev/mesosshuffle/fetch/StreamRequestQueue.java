package dev.mesosshuffle.fetch;

import dev.mesosshuffle.protocol.Reply;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that were asked for outside of frames and have not had their turn. Clients match these answers, failures
 * too, by their position alone. Confined to the connection's event loop.
 */
public final class StreamRequestQueue {
    private final Connection connection;
    private final ChunkResolver chunks;
    private final ReadTracker reads;
    private final Queue<String> waiting = new ArrayDeque<>();

    public StreamRequestQueue(Connection connection, ChunkResolver chunks, ReadTracker reads) {
        this.connection = connection;
        this.chunks = chunks;
        this.reads = reads;
    }

    public void add(String streamChunkId) {
        waiting.add(streamChunkId);
    }

    /** The next one to be read; those before it that cannot be had are answered. Null if there is none left. */
    @Nullable
    ChunkRead next() {
        for (String name = waiting.poll(); name != null; name = waiting.poll()) {
            try {
                return chunks.take(name);
            } catch (ChunkRefusedException e) {
                reads.chunksFinished(1);
                connection.send(Reply.streamFailed(name, e.error()));
                connection.flush();
            }
        }
        return null;
    }

    /** Drops all; the connection is gone. */
    void close() {
        reads.chunksFinished(waiting.size());
        waiting.clear();
    }
}
