package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * What the kernel says of a file. Immutable.
 *
 * @param device the device that it lies on, as {@code stat} numbers it
 * @param inode its number there
 * @param mode type and permissions
 * @param links how many names it has; 0 once it is deleted
 * @param size its length in bytes
 * @param modifiedNanos the last change of the content, in nanoseconds since 1970; programs can set it
 * @param changedNanos the last change of the inode, by content, name, owner or mode; programs cannot set it
 */
public record FileStatus(
        long device, long inode, int mode, long links, long size, long modifiedNanos, long changedNanos) {
    /** The JDK has no other way to read the time of the inode's change. */
    private static final String ATTRIBUTES = "unix:dev,ino,mode,nlink,size,lastModifiedTime,ctime";

    /** Reads the status by the JDK's means, which takes several times as long as {@link StatusCalls}. */
    static FileStatus read(Path path, LinkOption... options) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(path, ATTRIBUTES, options);
        return new FileStatus(
                number(attributes, "dev"),
                number(attributes, "ino"),
                (int) number(attributes, "mode"),
                number(attributes, "nlink"),
                number(attributes, "size"),
                nanos(attributes, "lastModifiedTime"),
                nanos(attributes, "ctime"));
    }

    private static long number(Map<String, Object> attributes, String name) {
        return ((Number) Objects.requireNonNull(attributes.get(name), name)).longValue();
    }

    private static long nanos(Map<String, Object> attributes, String name) {
        return ((FileTime) Objects.requireNonNull(attributes.get(name), name)).to(TimeUnit.NANOSECONDS);
    }
}
