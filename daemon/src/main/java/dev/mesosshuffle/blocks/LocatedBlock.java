package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A block, and as much as is known of where it is.
 *
 * @param executor whose block it is
 * @param id the block
 * @param file the file that the next step is about: of a map output that is not known, the data, then the index, and
 *     then the data again
 * @param output the map task's output, once its index was read
 * @param segment which bytes of the data file it is, if that was looked up on disk
 * @param look what the data file was before the index is read; null if it was not looked at for that
 * @param before what was known of the output until its data file turned out to be another one; null if nothing was
 */
public record LocatedBlock(
        RegisteredExecutor executor,
        BlockId id,
        BlockFile file,
        @Nullable MapOutput output,
        @Nullable FileSegment segment,
        @Nullable DataFileObservation look,
        @Nullable MapOutput before) {
    /** A block of which nothing was looked at. */
    static LocatedBlock at(RegisteredExecutor executor, BlockId id, BlockFile file, @Nullable MapOutput output) {
        return new LocatedBlock(executor, id, file, output, null, null, null);
    }

    LocatedBlock instead(@Nullable MapOutput replaced) {
        return new LocatedBlock(executor, id, file, output, segment, look, replaced);
    }

    LocatedBlock looked(DataFileObservation found, BlockFile index) {
        return new LocatedBlock(executor, id, index, null, null, found, before);
    }

    LocatedBlock read(MapOutput found, @Nullable FileSegment in) {
        return new LocatedBlock(executor, id, found.data(), found, in, null, null);
    }

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
