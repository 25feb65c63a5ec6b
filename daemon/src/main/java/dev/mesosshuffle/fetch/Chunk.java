package dev.mesosshuffle.fetch;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockId;

/**
 * One chunk that was taken from a stream.
 *
 * @param streamId the stream
 * @param index which of its chunks
 * @param executor whose block it is
 * @param block the block
 */
public record Chunk(long streamId, int index, AppExecId executor, BlockId block) {}
