package dev.mesosshuffle.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Collects a large frame in parts, each of which is allocated when its first byte has arrived: whoever announces a frame, and
 * sends nothing of it, costs little, and no part takes the event loop long. The JDK fills what it allocates with zeros, which
 * takes 10 ms and more for 16 MiB.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class FrameParts {
    static final int FIRST_PART_BYTES = 64 * 1024;
    static final int PART_BYTES = 1 << 20;

    private final ByteBufAllocator allocator;
    private final CompositeByteBuf frame;

    /** What is collected now; it belongs to the frame once it is full. */
    private @Nullable ByteBuf part;

    private int unallocatedBytes;

    /**
     * Creates an empty frame.
     *
     * @param allocator of short frames; parts of long ones are not pooled, and given back to the system at once
     * @param frameBytes its length
     */
    FrameParts(ByteBufAllocator allocator, int frameBytes) {
        this.allocator = frameBytes <= PART_BYTES ? allocator : UnpooledByteBufAllocator.DEFAULT;
        this.unallocatedBytes = frameBytes;
        this.frame = allocator.compositeDirectBuffer(2 + frameBytes / PART_BYTES);
    }

    /** Takes what has arrived of the frame, and nothing behind it. */
    void take(ByteBuf in) {
        while (in.isReadable() && !isComplete()) {
            ByteBuf current = part;
            if (current == null) {
                current = nextPart();
                part = current;
            }
            in.readBytes(current, Math.min(in.readableBytes(), current.writableBytes()));
            if (!current.isWritable()) {
                part = null;
                frame.addComponent(true, current);
            }
        }
    }

    private ByteBuf nextPart() {
        int bytes = Math.min(unallocatedBytes, frame.numComponents() == 0 ? FIRST_PART_BYTES : PART_BYTES);
        ByteBuf next = allocator.directBuffer(bytes, bytes);
        unallocatedBytes -= bytes;
        return next;
    }

    boolean isComplete() {
        return part == null && unallocatedBytes == 0;
    }

    /** The complete frame, which is the caller's from here on. */
    ByteBuf frame() {
        return frame;
    }

    /** What is allocated for it, in bytes. */
    int allocatedBytes() {
        return frame.capacity() + (part == null ? 0 : part.capacity());
    }

    /** Gives up a frame that is not complete. */
    void release() {
        if (part != null) {
            part.release();
            part = null;
        }
        frame.release();
    }
}
