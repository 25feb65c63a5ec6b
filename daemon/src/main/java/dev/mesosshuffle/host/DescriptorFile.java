package dev.mesosshuffle.host;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A regular file as a bare descriptor: some 60 bytes, where the JDK's channel takes ten times as much, and a reference that
 * each garbage collection has to look at. Nothing closes a descriptor that is lost.
 */
final class DescriptorFile implements OpenedFile {
    private static final int CLOSED = -1;

    private final FileStatus status;
    private volatile int descriptor;
    private volatile @Nullable FileChannel channel;

    /** Takes over a descriptor. */
    DescriptorFile(int descriptor, FileStatus status) {
        this.descriptor = descriptor;
        this.status = status;
    }

    @Override
    public FileStatus status() {
        return status;
    }

    @Override
    public FileStatus currentStatus(Path path) throws IOException {
        return DescriptorOpening.status(descriptor);
    }

    @Override
    public long size() throws IOException {
        return DescriptorOpening.status(descriptor).size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int length = target.remaining();
        if (length == 0) {
            return 0;
        }
        int read;
        try {
            read = LinuxCalls.read(descriptor, CLibrary.address(target) + target.position(), length, position);
        } finally {
            Reference.reachabilityFence(target);
        }
        target.position(target.position() + read);
        return read == 0 ? -1 : read;
    }

    @Override
    public FileChannel channel() throws IOException {
        FileChannel opened = channel;
        return opened != null ? opened : openChannel();
    }

    private synchronized FileChannel openChannel() throws IOException {
        FileChannel opened = channel;
        if (opened == null) {
            // Waits for no lease: nobody gets one while the descriptor is open.
            opened = FileChannel.open(DescriptorOpening.pathOf(descriptor));
            channel = opened;
        }
        return opened;
    }

    @Override
    public synchronized void close() throws IOException {
        int closing = descriptor;
        if (closing == CLOSED) {
            // The number may be another file's by now.
            return;
        }
        descriptor = CLOSED;
        LinuxCalls.close(closing);
        FileChannel opened = channel;
        if (opened != null) {
            opened.close();
        }
    }
}
