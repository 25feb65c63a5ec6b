package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.ShuffleBlockId;
import dev.mesosshuffle.registry.RegisteredExecutor;
import org.jspecify.annotations.Nullable;

/**
 * A block and the files it takes to read it.
 *
 * @param id the block
 * @param data the file with its bytes
 * @param index the file that tells which bytes they are, or null if they are the whole file
 */
public record LocatedBlock(
        BlockId id, PlacedFile data, @Nullable PlacedFile index) {
    /** Finds the files of an executor's block from the names alone; nothing is looked up on disk. */
    public static LocatedBlock of(RegisteredExecutor executor, BlockId id) {
        PlacedFile index =
                id instanceof ShuffleBlockId shuffle ? PlacedFile.of(executor, shuffle.indexFileName()) : null;
        return new LocatedBlock(id, PlacedFile.of(executor, id.dataFileName()), index);
    }
}
