package dev.mesosshuffle.probes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * What one look at a root saw.
 *
 * @param realPath where the path leads
 * @param inode the inode of what is there
 * @param usage how full its file system is
 */
public record RootSnapshot(Path realPath, long inode, FileSystemUsage usage) {
    /** Looks. Works on the disk. */
    static RootSnapshot of(Path root, Function<Path, FileSystemUsage.Inodes> inodes) throws IOException {
        Path real = root.toRealPath();
        long inode = (Long) Files.getAttribute(real, "unix:ino");
        return new RootSnapshot(real, inode, FileSystemUsage.of(real, inodes.apply(real)));
    }
}
