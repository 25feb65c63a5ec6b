package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A block, and what is known of its location. Immutable.
 *
 * @param executor the executor that wrote it
 * @param id the block
 * @param file the file of the next step: for a map output that is not cached the data, then the index, then the data again
 * @param output the map task's output; null until its index was read
 * @param segment the segment of the data file, if it was read from an index on disk
 * @param observation the data file before the index is read; null if it was not observed
 * @param previous the output that was cached until its data file was found replaced; null if there was none
 */
public record LocatedBlock(
        RegisteredExecutor executor,
        BlockId id,
        BlockFile file,
        @Nullable MapOutput output,
        @Nullable FileSegment segment,
        @Nullable DataFileObservation observation,
        @Nullable MapOutput previous) {
    /** A block whose files were not read yet. */
    static LocatedBlock at(RegisteredExecutor executor, BlockId id, BlockFile file, @Nullable MapOutput output) {
        return new LocatedBlock(executor, id, file, output, null, null, null);
    }

    /** With the output that was cached before. */
    LocatedBlock replacing(@Nullable MapOutput stale) {
        return new LocatedBlock(executor, id, file, output, segment, observation, stale);
    }

    /** With an observed data file; its index comes next. */
    LocatedBlock withObservation(DataFileObservation observed, BlockFile index) {
        return new LocatedBlock(executor, id, index, null, null, observed, previous);
    }

    /** With an output; its data file comes next. */
    LocatedBlock withOutput(MapOutput found, @Nullable FileSegment itsSegment) {
        return new LocatedBlock(executor, id, found.data(), found, itsSegment, null, null);
    }

    /** Whether the block was located for this registration of its executor, by identity. */
    @SuppressWarnings("ReferenceEquality")
    public boolean isOf(RegisteredExecutor registered) {
        return executor == registered;
    }

    /** The root that stands for the disk of the next step. */
    public Path disk() {
        return file.root();
    }
}
