package dev.mesosshuffle.blocks;

import dev.mesosshuffle.host.UnsafeFileException;
import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.EOFException;
import java.io.IOException;

/**
 * Opens the bytes of a block. Index and data can lie on two disks, so the block is found in steps, each of which belongs
 * on the pool of its own disk: {@link #locate}, {@link #next} while the block is not {@link #isFound}, then {@link #open}.
 * For a map output that is not cached, the steps are: observe the data file, read the index, open the data file. The index
 * belongs to the data only if the file did not change in between. For any thread.
 */
public final class BlockResolver {
    private final IndexCache indexes;
    private final DataFileCache dataFiles;

    /**
     * Creates a resolver.
     *
     * @param indexes caches index files
     * @param dataFiles caches open data files
     */
    public BlockResolver(IndexCache indexes, DataFileCache dataFiles) {
        this.indexes = indexes;
        this.dataFiles = dataFiles;
    }

    /** Finds the file of the first step, from names and caches. Does not read the disk. */
    public LocatedBlock locate(RegisteredExecutor executor, BlockId id) {
        if (!(id instanceof ShuffleBlockId shuffle)) {
            return LocatedBlock.at(executor, id, BlockFile.of(executor, id.dataFileName()), null);
        }
        MapOutput output = indexes.get(executor, shuffle);
        if (output == null) {
            return LocatedBlock.at(executor, id, BlockFile.of(executor, shuffle.dataFileName()), null);
        }
        return output.index() instanceof OnDiskIndex
                ? LocatedBlock.at(executor, id, BlockFile.of(executor, shuffle.indexFileName()), output)
                : LocatedBlock.at(executor, id, output.data(), output);
    }

    /** Whether the next step is {@link #open}. */
    public boolean isFound(LocatedBlock block) {
        if (!(block.id() instanceof ShuffleBlockId)) {
            return true;
        }
        MapOutput output = block.output();
        return output != null && (block.segment() != null || output.index() instanceof InMemoryIndex);
    }

    /** Whether the data file is open already, so that {@link #open} need not wait for a disk. It may be closed meanwhile. */
    public boolean isOpen(LocatedBlock block) {
        MapOutput output = block.output();
        return output != null && (output.cachedFile() != null || output.index().dataLength() == 0);
    }

    /**
     * Takes the next step of a block that is not found. Reads the disk of the block's file.
     *
     * @return the block, whose next step may belong on another disk
     * @throws IOException if a file cannot be read
     */
    public LocatedBlock next(LocatedBlock block) throws IOException {
        ShuffleBlockId id = (ShuffleBlockId) block.id();
        MapOutput output = block.output();
        if (output == null) {
            DataFileObservation observation = block.observation();
            if (observation == null) {
                return block.withObservation(
                        indexes.observe(block.file()), BlockFile.of(block.executor(), id.indexFileName()));
            }
            output = indexes.load(block.executor(), id, observation, block.previous());
        }
        return block.withOutput(output, output.index() instanceof OnDiskIndex index ? index.segment(id) : null);
    }

    /** Removes the block's files from the caches, so that the returned block is found on disk again. */
    public LocatedBlock invalidate(LocatedBlock block) {
        MapOutput output = block.output();
        if (output != null) {
            indexes.invalidate(block.executor(), (ShuffleBlockId) block.id(), output);
            dataFiles.close(output);
        }
        return locate(block.executor(), block.id()).replacing(output);
    }

    /** Whether a failure is due to the content of a file, not to its disk. */
    public static boolean isContentFailure(IOException failure) {
        return failure instanceof StaleIndexException
                || failure instanceof CorruptFileException
                || failure instanceof UnsafeFileException
                || failure instanceof EOFException;
    }

    /**
     * Opens the block's bytes. Reads the disk of the data file.
     *
     * @return an open segment, which the caller closes
     * @throws IOException if a file is missing or cannot be read, or if index and data do not belong together; one retry
     *     after {@link #invalidate} may succeed
     */
    public OpenSegment open(LocatedBlock block) throws IOException {
        MapOutput output = block.output();
        if (output == null) {
            RefCountedFile file = dataFiles.openUncached(block.file());
            return segment(file, 0, file.length());
        }
        ShuffleBlockId id = (ShuffleBlockId) block.id();
        FileSegment segment = block.segment();
        if (segment == null) {
            segment = ((InMemoryIndex) output.index()).segment(output.data(), id);
        }
        if (output.index().dataLength() == 0) {
            // Spark writes no data file for a map task without any output.
            return OpenSegment.empty();
        }
        return segment(dataFiles.open(output, id.immutable()), segment.offset(), segment.length());
    }

    /** Passes one reference to the file on; a file that is lost would stay open for ever. */
    private static OpenSegment segment(RefCountedFile file, long offset, long length) {
        try {
            return OpenSegment.of(file, offset, length);
        } catch (OutOfMemoryError e) {
            file.release();
            throw e;
        }
    }
}
