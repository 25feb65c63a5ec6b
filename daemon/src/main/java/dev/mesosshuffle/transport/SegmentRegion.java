package dev.mesosshuffle.transport;

import dev.mesosshuffle.model.OpenSegment;
import io.netty.channel.DefaultFileRegion;

/**
 * A block that goes from its file to the socket without passing through the process. The plain file region would close
 * a channel that is not its own; this one gives the segment back, once.
 */
final class SegmentRegion extends DefaultFileRegion {
    private final OpenSegment segment;

    SegmentRegion(OpenSegment segment) {
        super(segment.channel(), segment.offset(), segment.length());
        this.segment = segment;
    }

    @Override
    protected void deallocate() {
        segment.close();
    }
}
