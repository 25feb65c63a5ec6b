package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ShuffleBlockId;

/**
 * Identifies the output of one map task.
 *
 * @param executor the executor that wrote it
 * @param shuffleId the shuffle
 * @param mapId the map task
 */
record MapOutputId(AppExecId executor, int shuffleId, long mapId) {
    static MapOutputId of(AppExecId executor, ShuffleBlockId block) {
        return new MapOutputId(executor, block.shuffleId(), block.mapId());
    }

    /** Computes the default faster than a record does; called for each block. */
    @Override
    public int hashCode() {
        return (executor.appId().hashCode() * 31 + executor.execId().hashCode()) * 31
                + Long.hashCode(mapId) * 31
                + shuffleId;
    }
}
