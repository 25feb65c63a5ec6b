package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A regular file that the JDK has opened.
 *
 * @param channel the open file
 * @param status its status when it was opened
 */
record ChannelFile(FileChannel channel, FileStatus status) implements OpenedFile {
    @Override
    public FileStatus currentStatus(Path path) throws IOException {
        return FileStatus.read(path, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return channel.read(target, position);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
