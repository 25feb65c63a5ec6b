package dev.mesosshuffle.blocks;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads from file channels. */
final class FileChannels {
    private FileChannels() {}

    /**
     * Fills a buffer from its start.
     *
     * @throws EOFException if the file ends before that
     */
    static void readFully(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("file ended at " + channel.size() + " (expected: a byte at "
                        + (position + buffer.position()) + ")");
            }
        }
    }
}
