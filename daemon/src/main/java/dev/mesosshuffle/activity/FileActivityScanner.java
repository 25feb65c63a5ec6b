package dev.mesosshuffle.activity;

import dev.mesosshuffle.concurrent.DiskExecutor;
import dev.mesosshuffle.concurrent.HeapShortage;
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
 * Finds when something last changed in an application's local directories. Spark writes a shuffle file under another name
 * and renames it, so the modification times of a local directory and of its subdirectories, some 65, show every file that
 * came or was deleted.
 *
 * <p>What cannot be scanned, for whatever reason, does not count as unchanged: the result has the failure. A missing
 * directory only counts as unchanged while its root is the one that it was registered under. For any thread.
 */
public final class FileActivityScanner {
    /**
     * The longest valid scan. The first results mean little by the time at which a disk that hung returns the rest; and the
     * next scan finds in memory what this one had to read.
     */
    static final Duration MAX_SCAN_TIME = Duration.ofSeconds(30);

    private static final LastChange NO_MEMORY = LastChange.unknown(ScanFailure.NO_MEMORY);

    private final DiskExecutor executor;
    private final FileTimes fileTimes;
    private final FileAgeClock clock;
    private final Ticker ticker;

    /**
     * Creates a scanner.
     *
     * @param executor runs the scans of a root
     * @param fileTimes reads the times of files
     * @param clock knows the age of files
     * @param ticker measures how long a scan takes
     */
    public FileActivityScanner(DiskExecutor executor, FileTimes fileTimes, FileAgeClock clock, Ticker ticker) {
        this.executor = executor;
        this.fileTimes = fileTimes;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * Scans directories, those of one root one after the other on a thread of that root.
     *
     * @return completes with the newest change when all are scanned, on any thread; fails if a root has no thread for it
     */
    public CompletableFuture<LastChange> newestChange(List<OwnedDirectory> dirs) {
        Map<Path, List<OwnedDirectory>> byRoot =
                dirs.stream().collect(Collectors.groupingBy(owned -> owned.dir().root()));
        AtomicReference<@Nullable Long> started = new AtomicReference<>();
        List<CompletableFuture<LastChange>> scans = new ArrayList<>();
        byRoot.forEach((root, there) -> scans.add(scanRoot(root, there, started)));
        return CompletableFuture.allOf(scans.toArray(CompletableFuture[]::new)).thenApply(all -> {
            LastChange newest = scans.stream().map(CompletableFuture::join).reduce(LastChange.NOTHING, LastChange::and);
            Long first = started.get();
            boolean tooSlow = first != null && ticker.read() - first > MAX_SCAN_TIME.toNanos();
            return tooSlow ? newest.and(LastChange.unknown(ScanFailure.TOO_SLOW)) : newest;
        });
    }

    private CompletableFuture<LastChange> scanRoot(
            Path root, List<OwnedDirectory> dirs, AtomicReference<@Nullable Long> started) {
        CompletableFuture<LastChange> newest = new CompletableFuture<>();
        try {
            executor.execute(root, () -> {
                started.compareAndSet(null, ticker.read());
                try {
                    newest.complete(newestIn(root, dirs));
                } catch (OutOfMemoryError e) {
                    // To fail needs memory; somebody waits for a result.
                    newest.complete(NO_MEMORY);
                    HeapShortage.survived(e);
                } catch (RuntimeException | Error e) {
                    newest.completeExceptionally(e);
                }
            });
        } catch (RuntimeException | Error e) {
            newest.completeExceptionally(e);
        }
        return newest;
    }

    private LastChange newestIn(Path root, List<OwnedDirectory> dirs) {
        long[] inodes =
                dirs.stream().mapToLong(OwnedDirectory::rootInode).distinct().toArray();
        // Before and after: what was missing in between was missing on this very disk.
        LastChange newest = rootIdentity(root, inodes);
        for (OwnedDirectory owned : dirs) {
            newest = newest.and(newestIn(owned.dir().path()));
        }
        return newest.and(rootIdentity(root, inodes));
    }

    private static LastChange rootIdentity(Path root, long[] inodes) {
        try {
            for (long inode : inodes) {
                RootIdentity.check(root, inode);
            }
            return LastChange.NOTHING;
        } catch (RootUnavailableException e) {
            return LastChange.unknown(ScanFailure.of(root, e));
        }
    }

    private LastChange newestIn(Path dir) {
        LastChange newest;
        try {
            BasicFileAttributes attributes = fileTimes.attributes(dir);
            if (!attributes.isDirectory()) {
                return LastChange.unknown(ScanFailure.of(dir, new NotDirectoryException(dir.toString())));
            }
            newest = changed(attributes);
        } catch (NoSuchFileException e) {
            return LastChange.NOTHING;
        } catch (IOException e) {
            return LastChange.unknown(ScanFailure.of(dir, e));
        }
        try (DirectoryStream<Path> below = fileTimes.entries(dir)) {
            for (Path path : below) {
                newest = newest.and(newestOf(path));
            }
            return newest;
        } catch (NoSuchFileException e) {
            // It existed a moment ago.
            return newest.and(LastChange.NOW);
        } catch (IOException | DirectoryIteratorException e) {
            return newest.and(LastChange.unknown(ScanFailure.of(dir, e)));
        }
    }

    private LastChange newestOf(Path entry) {
        try {
            return changed(fileTimes.attributes(entry));
        } catch (NoSuchFileException e) {
            // It existed a moment ago.
            return LastChange.NOW;
        } catch (IOException e) {
            return LastChange.unknown(ScanFailure.of(entry, e));
        }
    }

    private LastChange changed(BasicFileAttributes attributes) {
        long time = attributes.lastModifiedTime().toMillis();
        long age = clock.ageNanos(time);
        return age < 0 ? new LastChange(LastChange.NEVER, time, null) : new LastChange(age, LastChange.NONE, null);
    }
}
