package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.ShuffleBlockId;
import dev.mesosshuffle.registry.RegisteredExecutor;
import java.io.IOException;

/**
 * Opens the bytes of a block. Reading an index and opening a data file can touch two disks, so they are two steps,
 * and each belongs on the pool of its own disk: {@link #locate}, {@link #loadIndex} if the block {@link #needsIndex},
 * then {@link #open}. For any thread.
 */
public final class BlockResolver {
    private final IndexCache indexes;
    private final DataFiles dataFiles;

    /**
     * Creates a resolver.
     *
     * @param indexes the index files that were read
     * @param dataFiles the data files that are open
     */
    public BlockResolver(IndexCache indexes, DataFiles dataFiles) {
        this.indexes = indexes;
        this.dataFiles = dataFiles;
    }

    /** Finds the file to look at first, from names and from what is in memory. Reads no disk. */
    public LocatedBlock locate(RegisteredExecutor executor, BlockId id) {
        if (!(id instanceof ShuffleBlockId shuffle)) {
            return new LocatedBlock(executor, id, PlacedFile.of(executor, id.dataFileName()), null, null);
        }
        MapOutput output = indexes.get(executor, shuffle);
        return output == null || output.index() instanceof IndexOnDisk
                ? new LocatedBlock(executor, id, PlacedFile.of(executor, shuffle.indexFileName()), output, null)
                : new LocatedBlock(executor, id, output.data(), output, null);
    }

    /** Whether the block's index is to be read next. */
    public boolean needsIndex(LocatedBlock block) {
        if (!(block.id() instanceof ShuffleBlockId)) {
            return false;
        }
        MapOutput output = block.output();
        return output == null || (block.segment() == null && output.index() instanceof IndexOnDisk);
    }

    /**
     * Reads the block's index, on the pool of its disk.
     *
     * @return the block, whose data file is next
     * @throws IOException if it cannot be read
     */
    public LocatedBlock loadIndex(LocatedBlock block) throws IOException {
        ShuffleBlockId id = (ShuffleBlockId) block.id();
        MapOutput known = block.output();
        MapOutput output = known != null ? known : indexes.load(block.executor(), id);
        FileSegment segment = output.index() instanceof IndexOnDisk index ? index.segment(id) : null;
        return new LocatedBlock(block.executor(), id, output.data(), output, segment);
    }

    /** Forgets what is known of the block's files, so that they are looked at anew. */
    public LocatedBlock forget(LocatedBlock block) {
        if (block.id() instanceof ShuffleBlockId shuffle) {
            MapOutput output = indexes.invalidate(block.executor(), shuffle);
            if (output != null) {
                dataFiles.close(output);
            }
        }
        return locate(block.executor(), block.id());
    }

    /**
     * Opens the block's bytes, on the pool of the data file's disk.
     *
     * @return an open segment, which the caller closes
     * @throws IOException if a file is missing or cannot be read, or if index and data do not belong together, which
     *     is worth another try after {@link #forget}
     */
    public OpenSegment open(LocatedBlock block) throws IOException {
        MapOutput output = block.output();
        if (output == null) {
            SharedFile file = dataFiles.openUncached(block.file());
            return OpenSegment.of(file, 0, file.length());
        }
        ShuffleBlockId id = (ShuffleBlockId) block.id();
        FileSegment segment = block.segment();
        if (segment == null) {
            segment = ((IndexInMemory) output.index()).segment(output.data(), id);
        }
        if (output.index().dataLength() == 0) {
            // Spark writes no data file for a map task without any output.
            return OpenSegment.empty();
        }
        return OpenSegment.of(dataFiles.open(output, id.writtenOnce()), segment.offset(), segment.length());
    }
}
