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
    private long requestedAt;

    /** What its lane had waited for the client when it was queued, in ns. */
    private long laneWaitNanos;

    private long clientWaitNanos;
    private StageTimes earlierSteps = StageTimes.NONE;

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

    /** Keeps when it was requested, in ns. */
    void requested(long at) {
        this.requestedAt = at;
    }

    long requestedAt() {
        return requestedAt;
    }

    /**
     * Starts to wait for a disk.
     *
     * @param laneNanos how long its lane has waited for the client before
     */
    void queued(long laneNanos) {
        this.laneWaitNanos = laneNanos;
    }

    /**
     * Ends the wait for a disk.
     *
     * @param laneNanos how long its lane has waited for the client until now
     */
    void taken(long laneNanos) {
        clientWaitNanos += laneNanos - laneWaitNanos;
    }

    /** How long it has waited because the client had not taken other blocks, in ns. */
    long clientWaitNanos() {
        return clientWaitNanos;
    }

    /** Counts a step on a disk after which another follows, such as that of its index. */
    void countEarlierStep(StageTimes times) {
        earlierSteps = earlierSteps.plus(times);
    }

    /** How long the steps before the last one took. */
    StageTimes earlierSteps() {
        return earlierSteps;
    }

    void countFailedAttempt() {
        failedAttempts++;
    }

    /** Whether another attempt may follow the failed ones. */
    boolean canRetry() {
        return failedAttempts < MAX_ATTEMPTS;
    }
}
