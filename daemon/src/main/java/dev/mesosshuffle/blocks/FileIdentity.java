package dev.mesosshuffle.blocks;

import dev.mesosshuffle.host.OpenedFile;
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
 * Distinguishes a file from every other one that has had or will have its name, by device and inode, length, and both
 * times of change. None of them suffices alone: an inode number is reused as soon as its file is deleted, lengths coincide
 * with fixed-size records, a modification time can be set, and both times stand still for a tick of the kernel's clock. So
 * two equal identities mean the same content unless the file {@link #changedWithin} the last few milliseconds before the
 * first of them was taken. Immutable.
 *
 * @param key device and inode, as the JDK represents them; null if the file system has none
 * @param size the length in bytes
 * @param modified the last change of the content, in nanoseconds; programs can set it
 * @param changed the last change of the inode, by content, name, owner or mode; programs cannot set it
 */
record FileIdentity(@Nullable Object key, long size, FileTime modified, FileTime changed) {
    /** Both times stand still for a tick, which is 10 ms on the slowest kernels. */
    private static final Duration TICK = Duration.ofMillis(20);

    /** Some file systems count seconds, or every other one. */
    private static final Duration COARSE_TICK = Duration.ofMillis(2_500);

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** Takes the identity of a file, without following a link. One system call; reads the disk. */
    static FileIdentity of(Path path) throws IOException {
        // The JDK has no other way to read the time of the inode's change.
        Map<String, Object> attributes =
                Files.readAttributes(path, "unix:fileKey,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
        return of(attributes);
    }

    /** Takes the identity that a file had when it was opened, whatever its path leads to now. */
    static FileIdentity of(OpenedFile opened) {
        return of(opened.attributes());
    }

    private static FileIdentity of(Map<String, Object> attributes) {
        return new FileIdentity(
                attributes.get("fileKey"),
                (Long) Objects.requireNonNull(attributes.get("size"), "size"),
                (FileTime) Objects.requireNonNull(attributes.get("lastModifiedTime"), "lastModifiedTime"),
                (FileTime) Objects.requireNonNull(attributes.get("ctime"), "ctime"));
    }

    /** Takes the identity of a file; null if there is no such file. */
    static @Nullable FileIdentity ifPresent(Path path) throws IOException {
        try {
            return of(path);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /**
     * Whether a file that has been open since it had this identity still has its name and content. Called for each block,
     * so it omits the one time that takes the JDK twice as long to read: the inode of an open file is not reused, so only a
     * write that also sets the modification time back remains undetected.
     */
    boolean isStillAt(Path path) throws IOException {
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return now.size() == size && now.lastModifiedTime().equals(modified) && Objects.equals(now.fileKey(), key);
    }

    /** Whether a change around the time when this identity was taken could leave it as it is. */
    boolean mayCoincide(long takenMillis) {
        boolean coarse = changed.to(TimeUnit.NANOSECONDS) % NANOS_PER_SECOND == 0;
        return changedWithin(coarse ? COARSE_TICK : TICK, takenMillis);
    }

    /**
     * Whether the file's last change is that close to a time. A change far in the future, as after the clock was set back,
     * is not: the next change will have another time.
     */
    boolean changedWithin(Duration duration, long nowMillis) {
        return Math.abs(nowMillis - changed.toMillis()) <= duration.toMillis();
    }

    /** Whether it appears to have the content of another: a change of owner, mode or device does not count. */
    boolean hasContentOf(FileIdentity other) {
        return size == other.size && modified.equals(other.modified);
    }
}
