package dev.mesosshuffle.activity;

import dev.mesosshuffle.concurrent.DiskExecutor;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.host.RootIdentity;
import dev.mesosshuffle.host.RootUnavailableException;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.registry.OwnedDirectory;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks when something last changed in an application's local dirs. Spark writes a shuffle file under another name and
 * renames it, so the times of the dirs and of the dirs in them, some 65 for each, tell of every file that came or went.
 *
 * <p>What cannot be looked at, for whatever reason, does not count as unchanged: the look tells of it as a failure. That
 * a dir is not there says that nothing changes in it only while its root is the one that it was registered under.
 */
public final class FileActivityScanner {
    /**
     * How long a look may take. What was seen first says little by the time at which a disk that hung gives the rest; and
     * the next look finds in memory what this one had to read.
     */
    static final Duration LONGEST_LOOK = Duration.ofSeconds(30);

    private final DiskExecutor threads;
    private final FileTimes disk;
    private final FileAgeClock clock;
    private final Ticker ticker;

    public FileActivityScanner(DiskExecutor threads, FileTimes disk, FileAgeClock clock, Ticker ticker) {
        this.threads = threads;
        this.disk = disk;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * Looks into dirs, all those of one disk one after the other on a thread of that disk.
     *
     * @return completes when all were looked at, on any thread; fails if a disk's thread is not to be had
     */
    public CompletableFuture<LastChange> newest(List<OwnedDirectory> dirs) {
        Map<Path, List<OwnedDirectory>> byRoot =
                dirs.stream().collect(Collectors.groupingBy(owned -> owned.dir().root()));
        AtomicReference<@Nullable Long> began = new AtomicReference<>();
        List<CompletableFuture<LastChange>> looks = new ArrayList<>();
        byRoot.forEach((root, there) -> looks.add(newest(root, there, began)));
        return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new)).thenApply(all -> {
            LastChange newest = looks.stream().map(CompletableFuture::join).reduce(LastChange.NOTHING, LastChange::and);
            Long first = began.get();
            boolean tooSlow = first != null && ticker.read() - first > LONGEST_LOOK.toNanos();
            return tooSlow ? newest.and(LastChange.unseen(ScanFailure.TOO_SLOW)) : newest;
        });
    }

    private CompletableFuture<LastChange> newest(
            Path root, List<OwnedDirectory> dirs, AtomicReference<@Nullable Long> began) {
        CompletableFuture<LastChange> newest = new CompletableFuture<>();
        try {
            threads.execute(root, () -> {
                began.compareAndSet(null, ticker.read());
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

    private LastChange newest(Path root, List<OwnedDirectory> dirs) {
        long[] inodes =
                dirs.stream().mapToLong(OwnedDirectory::rootInode).distinct().toArray();
        // Before and after: what was not there in between was not there on this very disk.
        LastChange newest = presence(root, inodes);
        for (OwnedDirectory owned : dirs) {
            newest = newest.and(newest(owned.dir().path()));
        }
        return newest.and(presence(root, inodes));
    }

    private static LastChange presence(Path root, long[] inodes) {
        try {
            for (long inode : inodes) {
                RootIdentity.check(root, inode);
            }
            return LastChange.NOTHING;
        } catch (RootUnavailableException e) {
            return LastChange.unseen(ScanFailure.of(root, e));
        }
    }

    private LastChange newest(Path dir) {
        LastChange newest;
        try {
            BasicFileAttributes attributes = disk.attributes(dir);
            if (!attributes.isDirectory()) {
                return LastChange.unseen(ScanFailure.of(dir, new NotDirectoryException(dir.toString())));
            }
            newest = changed(attributes);
        } catch (NoSuchFileException e) {
            return LastChange.NOTHING;
        } catch (IOException e) {
            return LastChange.unseen(ScanFailure.of(dir, e));
        }
        try (DirectoryStream<Path> below = disk.entries(dir)) {
            for (Path path : below) {
                newest = newest.and(newestOf(path));
            }
            return newest;
        } catch (NoSuchFileException e) {
            // It was there a moment ago.
            return newest.and(LastChange.NOW);
        } catch (IOException | DirectoryIteratorException e) {
            return newest.and(LastChange.unseen(ScanFailure.of(dir, e)));
        }
    }

    private LastChange newestOf(Path entry) {
        try {
            return changed(disk.attributes(entry));
        } catch (NoSuchFileException e) {
            // It was there a moment ago.
            return LastChange.NOW;
        } catch (IOException e) {
            return LastChange.unseen(ScanFailure.of(entry, e));
        }
    }

    private LastChange changed(BasicFileAttributes attributes) {
        long time = attributes.lastModifiedTime().toMillis();
        long age = clock.ageNanos(time);
        return age < 0 ? new LastChange(LastChange.NEVER, time, null) : new LastChange(age, LastChange.NONE, null);
    }
}
