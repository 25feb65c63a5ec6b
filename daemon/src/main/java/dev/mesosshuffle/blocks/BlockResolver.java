package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.EOFException;
import java.io.IOException;

/**
 * Opens the bytes of a block. Index and data can lie on two disks, so finding them is done in steps, each of which
 * belongs on the pool of its own disk: {@link #locate}, {@link #next} as long as the block is not {@link #isFound}, then
 * {@link #open}. The steps for a map output that is not known are a look at the data, the reading of the index, and the
 * opening of the data: only if that is still the same, the index belongs to it. For any thread.
 */
public final class BlockResolver {
    private final IndexCache indexes;
    private final DataFileCache dataFiles;

    /**
     * Creates a resolver.
     *
     * @param indexes the index files that were read
     * @param dataFiles the data files that are open
     */
    public BlockResolver(IndexCache indexes, DataFileCache dataFiles) {
        this.indexes = indexes;
        this.dataFiles = dataFiles;
    }

    /** Finds the file to look at first, from names and from what is in memory. Reads no disk. */
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

    /** Whether the block's data is to be opened next. */
    public boolean isFound(LocatedBlock block) {
        if (!(block.id() instanceof ShuffleBlockId)) {
            return true;
        }
        MapOutput output = block.output();
        return output != null && (block.segment() != null || output.index() instanceof InMemoryIndex);
    }

    /**
     * Takes the next step of a block that is not found, on the pool of its disk.
     *
     * @return the block, whose next step may belong on another disk
     * @throws IOException if a file cannot be looked at or read
     */
    public LocatedBlock next(LocatedBlock block) throws IOException {
        ShuffleBlockId id = (ShuffleBlockId) block.id();
        MapOutput output = block.output();
        if (output == null) {
            DataFileObservation look = block.look();
            if (look == null) {
                return block.looked(indexes.look(block.file()), BlockFile.of(block.executor(), id.indexFileName()));
            }
            output = indexes.load(block.executor(), id, look, block.before());
        }
        return block.read(output, output.index() instanceof OnDiskIndex index ? index.segment(id) : null);
    }

    /** Forgets what is known of the block's files, so that they are looked at again. */
    public LocatedBlock forget(LocatedBlock block) {
        MapOutput output = block.output();
        if (output != null) {
            indexes.invalidate(block.executor(), (ShuffleBlockId) block.id(), output);
            dataFiles.close(output);
        }
        return locate(block.executor(), block.id()).instead(output);
    }

    /** Whether what went wrong is what the files hold, and not the disk that holds them. */
    public static boolean isAboutContent(IOException failure) {
        return failure instanceof StaleIndexException
                || failure instanceof CorruptFileException
                || failure instanceof EOFException;
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
            RefCountedFile file = dataFiles.openUncached(block.file());
            return OpenSegment.of(file, 0, file.length());
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
        return OpenSegment.of(dataFiles.open(output, id.writtenOnce()), segment.offset(), segment.length());
    }
}
