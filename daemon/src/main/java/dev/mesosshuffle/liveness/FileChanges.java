package dev.mesosshuffle.liveness;

import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks when something last changed in an application's local dirs. Spark writes a shuffle file under another name and
 * renames it, so the times of the dirs and of the dirs in them, some 65 for each, tell of every file that came or went.
 * What cannot be read tells nothing.
 */
final class FileChanges {
    /** The time of no change at all. */
    static final long NONE = Long.MIN_VALUE;

    private static final Logger logger = LoggerFactory.getLogger(LivenessMonitor.class);

    private final DiskThreads threads;
    private final WallClock clock;

    FileChanges(DiskThreads threads, WallClock clock) {
        this.threads = threads;
        this.clock = clock;
    }

    /**
     * The newest change in some dirs.
     *
     * @param time when, in ms since 1970 by the files' own word; {@link #NONE} if none was found
     * @param ageNanos how long ago that was; below zero if no clock tells
     */
    record Change(long time, long ageNanos) {}

    /**
     * Looks into dirs, all those of one disk one after the other on a thread of that disk.
     *
     * @return completes when all were looked at, on any thread; fails if a disk has too much to do
     */
    CompletableFuture<Change> newest(List<LocalDir> dirs) {
        Map<Path, List<LocalDir>> byRoot = dirs.stream().collect(Collectors.groupingBy(LocalDir::root));
        List<CompletableFuture<Long>> looks = new ArrayList<>();
        byRoot.forEach((root, there) -> looks.add(newest(root, there)));
        return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new)).thenApply(all -> {
            long newest =
                    looks.stream().mapToLong(CompletableFuture::join).max().orElse(NONE);
            return new Change(newest, newest == NONE ? 0 : clock.ageNanos(newest));
        });
    }

    private CompletableFuture<Long> newest(Path root, List<LocalDir> dirs) {
        CompletableFuture<Long> newest = new CompletableFuture<>();
        try {
            threads.execute(
                    root,
                    () -> newest.completeAsync(
                            () -> dirs.stream()
                                    .mapToLong(FileChanges::newest)
                                    .max()
                                    .orElse(NONE),
                            Runnable::run));
        } catch (RuntimeException | Error e) {
            newest.completeExceptionally(e);
        }
        return newest;
    }

    private static long newest(LocalDir dir) {
        long newest = changed(dir.path());
        if (newest == NONE) {
            return NONE;
        }
        try (DirectoryStream<Path> below = Files.newDirectoryStream(dir.path())) {
            for (Path path : below) {
                newest = Math.max(newest, changed(path));
            }
        } catch (IOException | DirectoryIteratorException e) {
            logger.debug("{} cannot be looked into", dir.path(), e);
        }
        return newest;
    }

    private static long changed(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .lastModifiedTime()
                    .toMillis();
        } catch (IOException e) {
            return NONE;
        }
    }
}
