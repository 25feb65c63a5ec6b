package dev.mesosshuffle.blocks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What tells a file from every other one that was, or will be, under its name: device and inode, length, and both times
 * of change. No single one of them does: an inode number is used again as soon as the file before is deleted, a
 * length coincides with fixed-size records, a modification time can be set, and both times stand still for a tick of the
 * kernel's clock. So two equal identities are one content unless the file {@link #changedWithin} the last few
 * milliseconds before the first of them was taken. Immutable.
 *
 * @param key device and inode, as the JDK has them; null on a file system without
 * @param size the length in bytes
 * @param modified when the content last changed, in nanoseconds; a program can set it
 * @param changed when the inode last changed, be it by a new content, name, owner or mode; no program can set it
 */
record FileIdentity(@Nullable Object key, long size, FileTime modified, FileTime changed) {
    /** Both times stand still for a tick, which is 10 ms on the slowest kernels. */
    private static final Duration TICK = Duration.ofMillis(20);

    /** Some file systems count seconds, or every other one. */
    private static final Duration COARSE_TICK = Duration.ofMillis(2_500);

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** Takes the identity of a file, not of what it links to. One system call; works on the disk. */
    static FileIdentity of(Path path) throws IOException {
        // The one way that the JDK gives the time of the inode's change.
        Map<String, Object> attributes =
                Files.readAttributes(path, "unix:fileKey,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
        return new FileIdentity(
                attributes.get("fileKey"),
                (Long) Objects.requireNonNull(attributes.get("size"), "size"),
                (FileTime) Objects.requireNonNull(attributes.get("lastModifiedTime"), "lastModifiedTime"),
                (FileTime) Objects.requireNonNull(attributes.get("ctime"), "ctime"));
    }

    /** Does the same; null if there is no such file. */
    static @Nullable FileIdentity ifPresent(Path path) throws IOException {
        try {
            return of(path);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * Whether a file that is open since it had this identity is still under its name and as it was. Leaves out the one
     * time whose reading takes the JDK twice as long, as this may be asked for each block: the inode of an open file is
     * not used again, so only who writes into it and then sets the other time back goes unnoticed.
     */
    boolean isStillAt(Path path) throws IOException {
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return now.size() == size && now.lastModifiedTime().equals(modified) && Objects.equals(now.fileKey(), key);
    }

    /** Whether a change could have left, or could yet leave, this identity as it is, at the time when it was taken. */
    boolean mayCoincide(long takenMillis) {
        boolean coarse = changed.to(TimeUnit.NANOSECONDS) % NANOS_PER_SECOND == 0;
        return changedWithin(coarse ? COARSE_TICK : TICK, takenMillis);
    }

    /**
     * Whether the file's last change lies that close to a time. One that lies far ahead of it, as after the clock was set
     * back, does not: the next change will have another time.
     */
    boolean changedWithin(Duration duration, long nowMillis) {
        return Math.abs(nowMillis - changed.toMillis()) <= duration.toMillis();
    }

    /** Whether it has the content of another, as far as can be told: a change of owner, mode or device is none. */
    boolean hasContentOf(FileIdentity other) {
        return size == other.size && modified.equals(other.modified);
    }
}
