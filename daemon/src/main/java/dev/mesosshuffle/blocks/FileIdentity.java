package dev.mesosshuffle.blocks;

import dev.mesosshuffle.host.FileStatus;
import dev.mesosshuffle.host.OpenedFile;
import dev.mesosshuffle.host.RegularFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Distinguishes a file from every other one that has had or will have its name, by device and inode, length, and both
 * times of change. None of them suffices alone: an inode number is reused as soon as its file is deleted, lengths coincide
 * with fixed-size records, a modification time can be set, and both times stand still for a tick of the kernel's clock. So
 * two equal identities mean the same content unless the file {@link #changedWithin} the last few milliseconds before the
 * first of them was taken. Immutable.
 *
 * @param device the device
 * @param inode the inode's number
 * @param size the length in bytes
 * @param modified the last change of the content, in nanoseconds since 1970; programs can set it
 * @param changed the last change of the inode, by content, name, owner or mode, likewise; programs cannot set it
 */
record FileIdentity(long device, long inode, long size, long modified, long changed) {
    /** Both times stand still for a tick, which is 10 ms on the slowest kernels. */
    private static final Duration TICK = Duration.ofMillis(20);

    /** Some file systems count seconds, or every other one. */
    private static final Duration COARSE_TICK = Duration.ofMillis(2_500);

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** Takes the identity of a file, without following a link. One system call; reads the disk. */
    static FileIdentity of(Path path) throws IOException {
        return of(RegularFiles.status(path));
    }

    /** Takes the identity that a file had when it was opened, whatever its path leads to now. */
    static FileIdentity of(OpenedFile opened) {
        return of(opened.status());
    }

    private static FileIdentity of(FileStatus status) {
        return new FileIdentity(
                status.device(), status.inode(), status.size(), status.modifiedNanos(), status.changedNanos());
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
     * Whether a file that has been open since it had this identity still has its name and content. Another owner or mode does
     * not count, nor another name beside this one.
     */
    boolean isStillAt(Path path) throws IOException {
        FileStatus now = RegularFiles.status(path);
        return now.size() == size && now.modifiedNanos() == modified && now.inode() == inode && now.device() == device;
    }

    /**
     * Whether a file that has been open since it had this identity is unchanged: it has not been written, renamed, replaced
     * under its name or deleted, each of which changes its inode.
     */
    boolean isStillThatOf(FileStatus now) {
        return now.links() > 0 && equals(of(now));
    }

    /** Whether a change around the time when this identity was taken could leave it as it is. */
    boolean mayCoincide(long takenMillis) {
        boolean coarse = changed % NANOS_PER_SECOND == 0;
        return changedWithin(coarse ? COARSE_TICK : TICK, takenMillis);
    }

    /**
     * Whether the file's last change is that close to a time. A change far in the future, as after the clock was set back,
     * is not: the next change will have another time.
     */
    boolean changedWithin(Duration duration, long nowMillis) {
        return Math.abs(nowMillis - TimeUnit.NANOSECONDS.toMillis(changed)) <= duration.toMillis();
    }

    /** Whether it appears to have the content of another: a change of owner, mode or device does not count. */
    boolean hasContentOf(FileIdentity other) {
        return size == other.size && modified == other.modified;
    }
}
