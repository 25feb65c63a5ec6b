package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Path;
import java.util.List;

/**
 * The place of an executor's file, by the rule of Spark's {@code ExecutorDiskUtils}, which executors use to write it.
 *
 * @param dir the local dir
 * @param subDir the sub-dir in it
 * @param name the file's name
 */
public record BlockFile(LocalDir dir, String subDir, String name) {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    /** Computes the place of a file from its name, without reading the disk. */
    public static BlockFile of(RegisteredExecutor executor, String name) {
        List<LocalDir> dirs = executor.dirs();
        int hash = nonNegativeHash(name);
        int subDirId = hash / dirs.size() % executor.info().subDirsPerLocalDir();
        return new BlockFile(dirs.get(hash % dirs.size()), twoHexDigits(subDirId), name);
    }

    /** The path of the file. */
    public Path path() {
        return dir.path().resolve(subDir).resolve(name);
    }

    /** The allowed root that the file lies under, which stands for its disk. */
    public Path root() {
        return dir.root();
    }

    private static int nonNegativeHash(String name) {
        int hash = name.hashCode();
        return hash == Integer.MIN_VALUE ? 0 : Math.abs(hash);
    }

    /** As {@code %02x} writes it: at least two digits. */
    private static String twoHexDigits(int value) {
        if (value < 256) {
            return new String(new char[] {HEX[value >> 4], HEX[value & 15]});
        }
        return Integer.toHexString(value);
    }
}
