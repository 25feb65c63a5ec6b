package dev.mesosshuffle.probes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * The state of a root at one probe.
 *
 * @param realPath the real path of the root
 * @param inode its inode
 * @param usage how full its file system is
 */
public record RootSnapshot(Path realPath, long inode, FileSystemUsage usage) {
    /**
     * Reads a snapshot. Works on the disk.
     *
     * @param inodes counts the inodes of the file system of a path
     */
    static RootSnapshot of(Path root, Function<Path, FileSystemUsage.Inodes> inodes) throws IOException {
        Path real = root.toRealPath();
        long inode = (Long) Files.getAttribute(real, "unix:ino");
        return new RootSnapshot(real, inode, FileSystemUsage.of(real, inodes.apply(real)));
    }
}
