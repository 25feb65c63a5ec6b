package dev.mesosshuffle.fetch;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockId;

/**
 * One chunk that was taken from a stream.
 *
 * @param streamId the stream
 * @param index its index in the stream
 * @param executor the executor that wrote the block
 * @param block the block
 */
record Chunk(long streamId, int index, AppExecId executor, BlockId block) {}
