package dev.mesosshuffle.liveness;

import dev.mesosshuffle.cleanup.RootAwayException;
import dev.mesosshuffle.cleanup.RootPresence;
import dev.mesosshuffle.model.WallClock;
import dev.mesosshuffle.registry.OwnedDir;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks when something last changed in an application's local dirs. Spark writes a shuffle file under another name and
 * renames it, so the times of the dirs and of the dirs in them, some 65 for each, tell of every file that came or went.
 *
 * <p>What cannot be looked at, for whatever reason, does not count as unchanged: the look tells of it as a failure. That
 * a dir is not there says that nothing changes in it only while its root is the one that it was registered under.
 */
final class FileChanges {
    /** The time of no change at all. */
    static final long NONE = Long.MIN_VALUE;

    /** The age of what never changed. */
    static final long NEVER = Long.MAX_VALUE;

    /**
     * How long a look may take. What was seen first says little by the time at which a disk that hung gives the rest; and
     * the next look finds in memory what this one had to read.
     */
    static final Duration LONGEST_LOOK = Duration.ofSeconds(30);

    private final DiskThreads threads;
    private final FileTimes disk;
    private final WallClock clock;
    private final LongSupplier nanoTime;

    FileChanges(DiskThreads threads, FileTimes disk, WallClock clock, LongSupplier nanoTime) {
        this.threads = threads;
        this.disk = disk;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /**
     * The newest change in some dirs. What lies in the future, for the clock was set back since, is told apart: else it
     * would hide every later change.
     *
     * @param ageNanos how long ago the newest one was of those that lie in the past; {@link #NEVER} if there is none
     * @param future the newest time that lies in the future, in ms since 1970; {@link #NONE} if there is none
     * @param failure why there may be newer ones, which could not be seen; null if all was seen
     */
    record Change(long ageNanos, long future, @Nullable LookFailure failure) {
        static final Change NOTHING = new Change(NEVER, NONE, null);

        /** Something is changing at this moment. */
        static final Change NOW = new Change(0, NONE, null);

        static Change unseen(LookFailure failure) {
            return new Change(NEVER, NONE, failure);
        }

        Change and(Change other) {
            return new Change(
                    Math.min(ageNanos, other.ageNanos),
                    Math.max(future, other.future),
                    failure == null ? other.failure : failure);
        }
    }

    /**
     * Looks into dirs, all those of one disk one after the other on a thread of that disk.
     *
     * @return completes when all were looked at, on any thread; fails if a disk's thread is not to be had
     */
    CompletableFuture<Change> newest(List<OwnedDir> dirs) {
        Map<Path, List<OwnedDir>> byRoot =
                dirs.stream().collect(Collectors.groupingBy(owned -> owned.dir().root()));
        AtomicReference<@Nullable Long> began = new AtomicReference<>();
        List<CompletableFuture<Change>> looks = new ArrayList<>();
        byRoot.forEach((root, there) -> looks.add(newest(root, there, began)));
        return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new)).thenApply(all -> {
            Change newest = looks.stream().map(CompletableFuture::join).reduce(Change.NOTHING, Change::and);
            Long first = began.get();
            boolean tooSlow = first != null && nanoTime.getAsLong() - first > LONGEST_LOOK.toNanos();
            return tooSlow ? newest.and(Change.unseen(LookFailure.TOO_SLOW)) : newest;
        });
    }

    private CompletableFuture<Change> newest(Path root, List<OwnedDir> dirs, AtomicReference<@Nullable Long> began) {
        CompletableFuture<Change> newest = new CompletableFuture<>();
        try {
            threads.execute(root, () -> {
                began.compareAndSet(null, nanoTime.getAsLong());
                try {
                    newest.complete(newest(root, dirs));
                } catch (RuntimeException | Error e) {
                    newest.completeExceptionally(e);
                }
            });
        } catch (RuntimeException | Error e) {
            newest.completeExceptionally(e);
        }
        return newest;
    }

    private Change newest(Path root, List<OwnedDir> dirs) {
        long[] inodes = dirs.stream().mapToLong(OwnedDir::rootInode).distinct().toArray();
        // Before and after: what was not there in between was not there on this very disk.
        Change newest = presence(root, inodes);
        for (OwnedDir owned : dirs) {
            newest = newest.and(newest(owned.dir().path()));
        }
        return newest.and(presence(root, inodes));
    }

    private static Change presence(Path root, long[] inodes) {
        try {
            for (long inode : inodes) {
                RootPresence.check(root, inode);
            }
            return Change.NOTHING;
        } catch (RootAwayException e) {
            return Change.unseen(LookFailure.of(root, e));
        }
    }

    private Change newest(Path dir) {
        Change newest;
        try {
            BasicFileAttributes attributes = disk.attributes(dir);
            if (!attributes.isDirectory()) {
                return Change.unseen(LookFailure.of(dir, new NotDirectoryException(dir.toString())));
            }
            newest = changed(attributes);
        } catch (NoSuchFileException e) {
            return Change.NOTHING;
        } catch (IOException e) {
            return Change.unseen(LookFailure.of(dir, e));
        }
        try (DirectoryStream<Path> below = disk.entries(dir)) {
            for (Path path : below) {
                newest = newest.and(newestOf(path));
            }
            return newest;
        } catch (NoSuchFileException e) {
            // It was there a moment ago.
            return newest.and(Change.NOW);
        } catch (IOException | DirectoryIteratorException e) {
            return newest.and(Change.unseen(LookFailure.of(dir, e)));
        }
    }

    private Change newestOf(Path entry) {
        try {
            return changed(disk.attributes(entry));
        } catch (NoSuchFileException e) {
            // It was there a moment ago.
            return Change.NOW;
        } catch (IOException e) {
            return Change.unseen(LookFailure.of(entry, e));
        }
    }

    private Change changed(BasicFileAttributes attributes) {
        long time = attributes.lastModifiedTime().toMillis();
        long age = clock.ageNanos(time);
        return age < 0 ? new Change(NEVER, time, null) : new Change(age, NONE, null);
    }
}
