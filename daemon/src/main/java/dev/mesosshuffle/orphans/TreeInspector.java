package dev.mesosshuffle.orphans;

import dev.mesosshuffle.host.MountPoints;
import dev.mesosshuffle.host.NotADirectoryException;
import dev.mesosshuffle.host.OpenFiles;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.host.SecureDirectories;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * Checks everything in one dir, at any depth, for reasons not to delete it. Follows no link. Deep trees cost neither stack
 * nor descriptors: each directory in it is opened from the root again.
 *
 * <p>For one inspection; used by one thread.
 */
public final class TreeInspector {
    private final LocalDir dir;
    private final FileAgeClock clock;
    private final Duration minIdle;
    private final OpenFiles openFiles;
    private final ProcessCredentials credentials;
    private final BooleanSupplier stopped;
    private final Deque<Path> pending = new ArrayDeque<>();

    private long newestAge = Long.MAX_VALUE;
    private long bytes;

    /**
     * Creates an inspector, which reads nothing yet.
     *
     * @param minIdle for how long nothing may have changed
     * @param openFiles what must not lie inside
     * @param credentials those of the process that deletes
     * @param stopped is polled before each file, and may pause; true ends the inspection
     */
    public TreeInspector(
            LocalDir dir,
            FileAgeClock clock,
            Duration minIdle,
            OpenFiles openFiles,
            ProcessCredentials credentials,
            BooleanSupplier stopped) {
        this.dir = dir;
        this.clock = clock;
        this.minIdle = minIdle;
        this.openFiles = openFiles;
        this.credentials = credentials;
        this.stopped = stopped;
    }

    /**
     * Inspects the dir.
     *
     * @throws NotADirectoryException if it is a link or a file
     * @throws NotAnOrphanException if there is a reason not to delete it
     * @throws IOException if not all of it can be read
     */
    public void inspect() throws IOException, NotAnOrphanException {
        checkMounts();
        long device;
        try (SecureDirectoryStream<Path> root = SecureDirectories.open(dir.root(), dir.root())) {
            device = SecureDirectories.device(root);
        }
        pending.push(dir.path());
        while (!pending.isEmpty()) {
            Path path = pending.pop();
            try (SecureDirectoryStream<Path> open = SecureDirectories.open(dir.root(), path)) {
                if (SecureDirectories.device(open) != device) {
                    throw new NotAnOrphanException("another file system is mounted at " + path);
                }
                check(path, SecureDirectories.attributes(open));
                inspectEntries(open, path);
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            String reason = credentials.undeletableReason(path);
            if (reason != null) {
                throw new NotAnOrphanException("this service cannot delete " + path + ": " + reason);
            }
        }
        // Something may have been mounted meanwhile.
        checkMounts();
    }

    private void checkMounts() throws IOException, NotAnOrphanException {
        MountPoints mounts = MountPoints.under(dir.path());
        if (!mounts.isEmpty()) {
            throw new NotAnOrphanException("something is mounted at " + mounts.any());
        }
    }

    private void inspectEntries(SecureDirectoryStream<Path> open, Path path) throws IOException, NotAnOrphanException {
        for (Path entry : open) {
            if (stopped.getAsBoolean()) {
                throw new NotAnOrphanException("this service is stopping");
            }
            Path name = entry.getFileName();
            BasicFileAttributes attributes = SecureDirectories.attributes(open, name);
            if (attributes == null) {
                throw new NoSuchFileException(path.resolve(name) + " was deleted just now");
            }
            if (attributes.isDirectory()) {
                pending.push(path.resolve(name));
            } else {
                bytes += attributes.isRegularFile() ? attributes.size() : 0;
                check(path.resolve(name), attributes);
            }
        }
    }

    private void check(Path path, BasicFileAttributes attributes) throws NotAnOrphanException {
        long age = clock.ageNanos(attributes.lastModifiedTime().toMillis());
        if (age <= minIdle.toNanos()) {
            throw new NotAnOrphanException(path + " changed "
                    + Duration.ofNanos(age).toSeconds() + " s ago (expected: more than " + minIdle.toSeconds() + " s)");
        }
        if (openFiles.contains(attributes.fileKey())) {
            throw new NotAnOrphanException("a process has " + path + " open");
        }
        newestAge = Math.min(newestAge, age);
    }

    /** Returns the time since the last change of anything in it, after a complete inspection. */
    Duration idle() {
        return Duration.ofNanos(newestAge);
    }

    /** Returns the size of its files in bytes, after a complete inspection. */
    long bytes() {
        return bytes;
    }
}
