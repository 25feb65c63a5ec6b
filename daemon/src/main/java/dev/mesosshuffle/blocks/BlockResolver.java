package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the bytes of a block. Reading an index and opening a data file can touch two disks, so they are two steps,
 * and each belongs on the pool of its own disk: {@link #loadIndex}, then {@link #open}. For any thread.
 */
public final class BlockResolver {
    private static final Logger logger = LoggerFactory.getLogger(BlockResolver.class);

    private final IndexCache indexes;

    /**
     * Creates a resolver.
     *
     * @param indexes the index files that were read
     */
    public BlockResolver(IndexCache indexes) {
        this.indexes = indexes;
    }

    /** The block's index if it is in memory; null if it is not, or if the block needs none. */
    public @Nullable IndexFile indexInMemory(LocatedBlock block) {
        return block.index() == null ? null : indexes.get(block.index());
    }

    /**
     * Reads an index, on the pool of its disk.
     *
     * @throws IOException if it cannot be read
     */
    public IndexFile loadIndex(PlacedFile index) throws IOException {
        return indexes.load(index);
    }

    /** Forgets the block's index, so that it is read again. */
    public void forgetIndex(LocatedBlock block) {
        if (block.index() != null) {
            indexes.invalidate(block.index());
        }
    }

    /**
     * Opens the block's bytes, on the pool of the data file's disk.
     *
     * @param index the block's index, or null if the block needs none
     * @return an open segment, which the caller closes
     * @throws IOException if a file is missing or cannot be read, or if index and data do not belong together, which
     *     is worth another try after {@link #forgetIndex}
     */
    public OpenSegment open(LocatedBlock block, @Nullable IndexFile index) throws IOException {
        if (index == null || !(block.id() instanceof ShuffleBlockId id)) {
            return openWhole(block.data());
        }
        FileSegment segment = index.segment(block.data(), id);
        if (index.dataLength() == 0) {
            // Spark writes no data file for a map task without any output.
            return OpenSegment.empty();
        }
        FileChannel channel = openFile(block.data());
        try {
            if (channel.size() != index.dataLength()) {
                throw new StaleIndexException(block.data(), channel.size(), index.dataLength());
            }
            return segmentOf(channel, segment.offset(), segment.length());
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    private static OpenSegment openWhole(PlacedFile data) throws IOException {
        FileChannel channel = openFile(data);
        try {
            return segmentOf(channel, 0, channel.size());
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    private static FileChannel openFile(PlacedFile file) throws IOException {
        return FileChannel.open(file.path(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    private static OpenSegment segmentOf(FileChannel channel, long offset, long length) {
        return OpenSegment.of(channel, offset, length, () -> closeQuietly(channel));
    }

    /** Closing a file that was only read loses nothing, but a failure to do so is worth a line. */
    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            logger.warn("A data file could not be closed ({}); its descriptor may be lost", e.toString());
        }
    }
}
