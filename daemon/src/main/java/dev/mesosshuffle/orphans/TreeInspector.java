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
 * Looks at everything in one dir, at any depth, for what speaks against deleting it. Follows no link. Deep trees cost
 * neither stack nor descriptors: each dir in it is opened from the root anew.
 *
 * <p>For one look; used by one thread.
 */
public final class TreeInspector {
    private final LocalDir dir;
    private final FileAgeClock clock;
    private final Duration quietFor;
    private final OpenFiles openFiles;
    private final ProcessCredentials identity;
    private final BooleanSupplier stopped;
    private final Deque<Path> left = new ArrayDeque<>();

    private long newestAge = Long.MAX_VALUE;
    private long bytes;

    /**
     * Makes one; it looks at nothing yet.
     *
     * @param quietFor for how long nothing may have changed
     * @param openFiles what must not lie inside
     * @param identity who is to delete it
     * @param stopped asked before each file, on which occasion it may take its time; once true, the look ends
     */
    public TreeInspector(
            LocalDir dir,
            FileAgeClock clock,
            Duration quietFor,
            OpenFiles openFiles,
            ProcessCredentials identity,
            BooleanSupplier stopped) {
        this.dir = dir;
        this.clock = clock;
        this.quietFor = quietFor;
        this.openFiles = openFiles;
        this.identity = identity;
        this.stopped = stopped;
    }

    /**
     * Looks.
     *
     * @throws NotADirectoryException if it is a link or a file
     * @throws NotAnOrphanException if something speaks against deleting it
     * @throws IOException if not all of it can be looked at
     */
    public void look() throws IOException, NotAnOrphanException {
        checkMounts();
        long device;
        try (SecureDirectoryStream<Path> root = SecureDirectories.open(dir.root(), dir.root())) {
            device = SecureDirectories.device(root);
        }
        left.push(dir.path());
        while (!left.isEmpty()) {
            Path path = left.pop();
            try (SecureDirectoryStream<Path> open = SecureDirectories.open(dir.root(), path)) {
                if (SecureDirectories.device(open) != device) {
                    throw new NotAnOrphanException("another file system is mounted at " + path);
                }
                check(path, SecureDirectories.attributes(open));
                lookInto(open, path);
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            String reason = identity.reasonNotToDelete(path);
            if (reason != null) {
                throw new NotAnOrphanException("this service could not delete " + path + ": " + reason);
            }
        }
        // Nor was anything mounted meanwhile.
        checkMounts();
    }

    private void checkMounts() throws IOException, NotAnOrphanException {
        MountPoints mounts = MountPoints.under(dir.path());
        if (!mounts.isEmpty()) {
            throw new NotAnOrphanException("something is mounted at " + mounts.any());
        }
    }

    private void lookInto(SecureDirectoryStream<Path> open, Path path) throws IOException, NotAnOrphanException {
        for (Path entry : open) {
            if (stopped.getAsBoolean()) {
                throw new NotAnOrphanException("this service ends");
            }
            Path name = entry.getFileName();
            BasicFileAttributes attributes = SecureDirectories.attributes(open, name);
            if (attributes == null) {
                throw new NoSuchFileException(path.resolve(name) + " went just now");
            }
            if (attributes.isDirectory()) {
                left.push(path.resolve(name));
            } else {
                bytes += attributes.isRegularFile() ? attributes.size() : 0;
                check(path.resolve(name), attributes);
            }
        }
    }

    private void check(Path path, BasicFileAttributes attributes) throws NotAnOrphanException {
        long age = clock.ageNanos(attributes.lastModifiedTime().toMillis());
        if (age <= quietFor.toNanos()) {
            throw new NotAnOrphanException(
                    path + " changed " + Duration.ofNanos(age).toSeconds() + " s ago (expected: more than "
                            + quietFor.toSeconds() + " s)");
        }
        if (openFiles.contains(attributes.fileKey())) {
            throw new NotAnOrphanException("a process has " + path + " open");
        }
        newestAge = Math.min(newestAge, age);
    }

    /** How long ago anything in it last changed; of a look that came to its end. */
    Duration quiet() {
        return Duration.ofNanos(newestAge);
    }

    /** How many bytes its files hold; of a look that came to its end. */
    long bytes() {
        return bytes;
    }
}
