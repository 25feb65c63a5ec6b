package dev.mesosshuffle.liveness;

import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.WallClock;
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

    /** The age of what never changed. */
    static final long NEVER = Long.MAX_VALUE;

    private static final Logger logger = LoggerFactory.getLogger(LivenessMonitor.class);

    private final DiskThreads threads;
    private final WallClock clock;

    FileChanges(DiskThreads threads, WallClock clock) {
        this.threads = threads;
        this.clock = clock;
    }

    /**
     * The newest change in some dirs. What lies in the future, for the clock was set back since, is told apart: else it
     * would hide every later change.
     *
     * @param ageNanos how long ago the newest one was of those that lie in the past; {@link #NEVER} if there is none
     * @param future the newest time that lies in the future, in ms since 1970; {@link #NONE} if there is none
     */
    record Change(long ageNanos, long future) {
        static final Change NOTHING = new Change(NEVER, NONE);

        Change and(Change other) {
            return new Change(Math.min(ageNanos, other.ageNanos), Math.max(future, other.future));
        }
    }

    /**
     * Looks into dirs, all those of one disk one after the other on a thread of that disk.
     *
     * @return completes when all were looked at, on any thread; fails if a disk has too much to do
     */
    CompletableFuture<Change> newest(List<LocalDir> dirs) {
        Map<Path, List<LocalDir>> byRoot = dirs.stream().collect(Collectors.groupingBy(LocalDir::root));
        List<CompletableFuture<Change>> looks = new ArrayList<>();
        byRoot.forEach((root, there) -> looks.add(newest(root, there)));
        return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new))
                .thenApply(all -> looks.stream().map(CompletableFuture::join).reduce(Change.NOTHING, Change::and));
    }

    private CompletableFuture<Change> newest(Path root, List<LocalDir> dirs) {
        CompletableFuture<Change> newest = new CompletableFuture<>();
        try {
            threads.execute(
                    root,
                    () -> newest.completeAsync(
                            () -> dirs.stream().map(this::newest).reduce(Change.NOTHING, Change::and), Runnable::run));
        } catch (RuntimeException | Error e) {
            newest.completeExceptionally(e);
        }
        return newest;
    }

    private Change newest(LocalDir dir) {
        Change newest = changed(dir.path());
        if (newest.equals(Change.NOTHING)) {
            return newest;
        }
        try (DirectoryStream<Path> below = Files.newDirectoryStream(dir.path())) {
            for (Path path : below) {
                newest = newest.and(changed(path));
            }
        } catch (IOException | DirectoryIteratorException e) {
            logger.debug("{} cannot be looked into", dir.path(), e);
        }
        return newest;
    }

    private Change changed(Path path) {
        long time;
        try {
            time = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .lastModifiedTime()
                    .toMillis();
        } catch (IOException e) {
            return Change.NOTHING;
        }
        long age = clock.ageNanos(time);
        return age < 0 ? new Change(NEVER, time) : new Change(age, NONE);
    }
}
