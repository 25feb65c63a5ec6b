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
    private int failedAttempts;

    /**
     * Creates a read.
     *
     * @param streamChunkId the name by which the chunk was requested outside of frames, or null if it is sent in a frame
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

    /** Replaces what is known of the block's location. */
    void setBlock(LocatedBlock located) {
        this.block = located;
    }

    /** The root that stands for the disk of the next step. */
    Path disk() {
        return block.disk();
    }

    /** Whether a block of this many bytes can be sent in the form in which it was requested. */
    boolean fits(long length) {
        return streamChunkId != null || length <= Reply.MAX_CHUNK_BYTES;
    }

    /** The reply that precedes the block's bytes. */
    Reply success(long length) {
        return streamChunkId != null
                ? Reply.stream(streamChunkId, length)
                : Reply.chunk(chunk.streamId(), chunk.index(), length);
    }

    /** The reply for a block that cannot be sent. */
    Reply failure(String error) {
        return streamChunkId != null
                ? Reply.streamFailed(streamChunkId, error)
                : Reply.chunkFailed(chunk.streamId(), chunk.index(), error);
    }

    void countFailedAttempt() {
        failedAttempts++;
    }

    /** Whether another attempt may follow the failed ones. */
    boolean canRetry() {
        return failedAttempts < MAX_ATTEMPTS;
    }
}
