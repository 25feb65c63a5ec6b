package dev.mesosshuffle.blocks;

import dev.mesosshuffle.host.OpenedFile;
import dev.mesosshuffle.host.RegularFiles;
import dev.mesosshuffle.model.FileSegment;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.io.IOException;
import java.nio.file.Path;

/**
 * An index file that is too long for memory: its offsets are read for each block. Each read verifies that the file is
 * unchanged, because its data file may have been open since the first one. Immutable.
 */
final class OnDiskIndex implements IndexFile {
    private static final int WEIGHT_BYTES = 512;

    private final BlockFile file;
    private final FileIdentity identity;
    private final long dataLength;

    private OnDiskIndex(BlockFile file, FileIdentity identity, long dataLength) {
        this.file = file;
        this.identity = identity;
        this.dataLength = dataLength;
    }

    static OnDiskIndex read(BlockFile file, OpenedFile opened, FileIdentity identity) throws IOException {
        long first = offset(opened, 0);
        long last = offset(opened, identity.size() / Long.BYTES - 1);
        if (first != 0 || last < 0) {
            throw new CorruptFileException(
                    file.path(),
                    "offsets from " + first + " to " + last + " (expected: from 0 to the data file's length)");
        }
        return new OnDiskIndex(file, identity, last);
    }

    /**
     * Returns the segment of the data file that holds a block. Reads the disk of the index.
     *
     * @throws CorruptFileException if there is no such block
     * @throws StaleIndexException if the file was replaced
     */
    FileSegment segment(ShuffleBlockId block) throws IOException {
        long blocks = identity.size() / Long.BYTES - 1;
        Path path = file.path();
        if (block.endReduceId() > blocks) {
            throw CorruptFileException.noSuchBlock(path, blocks, block);
        }
        try (OpenedFile opened = RegularFiles.open(file.root(), path)) {
            long start = offset(opened, block.startReduceId());
            long end = offset(opened, block.endReduceId());
            // Verified after the offsets were read: the file may be written in place meanwhile.
            if (!FileIdentity.of(path).equals(identity)) {
                throw StaleIndexException.replaced(path);
            }
            if (start < 0 || end < start || end > dataLength) {
                throw new CorruptFileException(
                        path,
                        "offsets " + block.startReduceId() + " and " + block.endReduceId() + " are " + start + " and "
                                + end + " (expected: ascending, from 0 to " + dataLength + ")");
            }
            return new FileSegment(start, end - start);
        }
    }

    private static long offset(OpenedFile opened, long number) throws IOException {
        return FileReads.readLong(opened, number * Long.BYTES);
    }

    @Override
    public long dataLength() {
        return dataLength;
    }

    @Override
    public int weight() {
        return WEIGHT_BYTES;
    }
}
