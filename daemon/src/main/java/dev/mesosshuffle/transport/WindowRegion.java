package dev.mesosshuffle.transport;

import dev.mesosshuffle.model.OpenSegment;
import io.netty.channel.DefaultFileRegion;

/**
 * A part of a block that goes from its file to the socket without passing through the process. The plain file region
 * would close the file, which others read too; here it belongs to the {@link BlockTransfer}.
 */
final class WindowRegion extends DefaultFileRegion {
    /**
     * Creates a region.
     *
     * @param offset where it begins in the block, in bytes
     * @param length how long it is, in bytes
     */
    WindowRegion(OpenSegment block, long offset, long length) {
        super(block.file().channel(), block.offset() + offset, length);
    }

    @Override
    protected void deallocate() {
        // The file stays open for the other windows.
    }
}
