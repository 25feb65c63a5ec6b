package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.registry.RegisteredExecutor;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A block, and as much as is known of where it is.
 *
 * @param executor whose block it is
 * @param id the block
 * @param file the file to be looked at next: the index if the block needs one and it was not read yet, then the data
 * @param output the map task's output, once its index was read
 * @param segment which bytes of the data file it is, if that was looked up on disk
 */
public record LocatedBlock(
        RegisteredExecutor executor,
        BlockId id,
        PlacedFile file,
        @Nullable MapOutput output,
        @Nullable FileSegment segment) {
    /** Whether the block was located by this very registration of its executor. */
    @SuppressWarnings("ReferenceEquality")
    public boolean isOf(RegisteredExecutor registered) {
        return executor == registered;
    }

    /** The local root that stands for the disk on whose threads the next step belongs. */
    public Path disk() {
        return file.root();
    }
}
