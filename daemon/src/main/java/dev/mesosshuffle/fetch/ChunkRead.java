package dev.mesosshuffle.fetch;

import dev.mesosshuffle.blocks.LocatedBlock;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.protocol.Reply;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One chunk to be read and sent. Handed on between the connection's event loop and one disk thread at a time, never
 * shared by them.
 */
final class ChunkRead {
    private static final int MAX_ATTEMPTS = 2;

    private final Chunk chunk;
    private final @Nullable String streamChunkId;
    private LocatedBlock block;
    private int attempts;

    /**
     * Creates a task.
     *
     * @param streamChunkId the name by which the chunk was asked for outside of frames, or null if it goes in a frame
     */
    ChunkRead(Chunk chunk, LocatedBlock block, @Nullable String streamChunkId) {
        this.chunk = chunk;
        this.block = block;
        this.streamChunkId = streamChunkId;
    }

    AppExecId executor() {
        return chunk.executor();
    }

    LocatedBlock block() {
        return block;
    }

    /** Notes what was found out about where the block is. */
    void locatedAt(LocatedBlock found) {
        this.block = found;
    }

    /** The disk that the next step is about. */
    Path disk() {
        return block.disk();
    }

    /** Whether a block of this length can be sent the way it was asked for. */
    boolean fits(long length) {
        return streamChunkId != null || length <= Reply.MAX_CHUNK_BYTES;
    }

    Reply success(long length) {
        return streamChunkId != null
                ? Reply.stream(streamChunkId, length)
                : Reply.chunk(chunk.streamId(), chunk.index(), length);
    }

    Reply failure(String error) {
        return streamChunkId != null
                ? Reply.streamFailed(streamChunkId, error)
                : Reply.chunkFailed(chunk.streamId(), chunk.index(), error);
    }

    /** Notes a failed attempt, and tells whether another is worth it. */
    boolean mayTryAgain() {
        attempts++;
        return attempts < MAX_ATTEMPTS;
    }
}
