package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.host.MountPoints;
import dev.mesosshuffle.host.SecureDirectories;
import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Deletes one directory with its contents. Links are deleted, never followed, and what is mounted inside is left. An entry
 * that cannot be deleted does not keep the others from being deleted; it is reported at the end.
 *
 * <p>Depth costs a bounded number of stack frames and descriptors: a directory that lies too deep is moved up to the top,
 * inside the tree that is being deleted, and is deleted from there.
 *
 * <p>For one tree and one attempt; used by one thread.
 */
final class TreeDeleter {
    /** Three descriptors for each level; shuffle files lie two levels deep. */
    private static final int MAX_DEPTH = 16;

    /**
     * How often one directory is iterated again because something was left in it, as when its owner still writes. Each
     * pass but the last has deleted or moved something, so this also bounds how often too deep directories are moved up.
     */
    private static final int MAX_PASSES = 10_000;

    private final BooleanSupplier stopped;
    private final LongConsumer fileDeleted;

    private long device;
    private long progress;
    private long failures;
    private @Nullable IOException firstFailure;
    private @Nullable SecureDirectoryStream<Path> top;

    /**
     * Creates a deleter, which deletes nothing yet.
     *
     * @param stopped is polled before each file, and may pause; once true, the rest is left
     * @param fileDeleted receives the size in bytes of each deleted file
     */
    TreeDeleter(BooleanSupplier stopped, LongConsumer fileDeleted) {
        this.stopped = stopped;
        this.fileDeleted = fileDeleted;
    }

    /**
     * Deletes a directory; one that does not exist counts as deleted.
     *
     * @param parent the open directory that holds it
     * @param name its name there
     * @param path its path, for messages and to compare with mount points
     * @throws IOException if any of it is left, though not stopped; the message says what, and why
     */
    void delete(SecureDirectoryStream<Path> parent, Path name, Path path) throws IOException {
        device = SecureDirectories.device(parent);
        try {
            deleteDir(parent, name, path, 0);
        } catch (NoSuchFileException e) {
            // Somebody else deleted it first.
        } catch (IOException e) {
            failed(path, e);
        }
        if (firstFailure != null) {
            throw failures == 1
                    ? firstFailure
                    : new IOException(firstFailure.getMessage() + ", and " + (failures - 1) + " more", firstFailure);
        }
    }

    private void deleteDir(SecureDirectoryStream<Path> parent, Path name, Path path, int depth) throws IOException {
        for (int pass = 1; pass <= MAX_PASSES; pass++) {
            long progressBefore = progress;
            long failuresBefore = failures;
            try (SecureDirectoryStream<Path> dir = SecureDirectories.openChild(parent, name, path)) {
                // Read once it is open: what is mounted here later does not change what this stream shows.
                MountPoints mounts = MountPoints.under(path);
                if (SecureDirectories.device(dir) != device || mounts.contains(path)) {
                    throw new IOException(path + ": another file system is mounted here; what is on it is left");
                }
                if (depth == 0) {
                    top = dir;
                }
                deleteEntries(dir, path, mounts, depth);
            }
            if (stopped.getAsBoolean() || failures > failuresBefore) {
                return;
            }
            try {
                parent.deleteDirectory(name);
                progress++;
                return;
            } catch (DirectoryNotEmptyException e) {
                if (progress == progressBefore) {
                    break;
                }
            }
        }
        throw new IOException(path + ": not empty, though all of its contents were deleted; is it still written to?");
    }

    private void deleteEntries(SecureDirectoryStream<Path> dir, Path path, MountPoints mounts, int depth)
            throws IOException {
        try {
            for (Path entry : dir) {
                if (stopped.getAsBoolean()) {
                    return;
                }
                Path name = entry.getFileName();
                try {
                    deleteEntry(dir, name, path, mounts, depth);
                } catch (NoSuchFileException e) {
                    // Somebody else deleted it first.
                    progress++;
                } catch (IOException e) {
                    failed(path.resolve(name), e);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private void deleteEntry(SecureDirectoryStream<Path> dir, Path name, Path dirPath, MountPoints mounts, int depth)
            throws IOException {
        BasicFileAttributes attributes = SecureDirectories.attributes(dir, name);
        if (attributes == null) {
            progress++;
        } else if (mounts.contains(dirPath.resolve(name))) {
            throw new IOException(
                    dirPath.resolve(name) + ": another file system is mounted here; what is on it is left");
        } else if (!attributes.isDirectory()) {
            // If a directory replaced it meanwhile, this fails.
            dir.deleteFile(name);
            progress++;
            fileDeleted.accept(attributes.isRegularFile() ? attributes.size() : 0);
        } else if (depth < MAX_DEPTH) {
            deleteDir(dir, name, dirPath.resolve(name), depth + 1);
        } else {
            moveUp(dir, name, dirPath.resolve(name), mounts);
        }
    }

    private void moveUp(SecureDirectoryStream<Path> dir, Path name, Path path, MountPoints mounts) throws IOException {
        if (top == null || !mounts.isEmpty()) {
            // Moved directories would no longer be recognised as the mount points that they may be.
            throw new IOException(path + ": nested too deep, in a tree with mounts inside");
        }
        // If the name is taken this fails, or replaces an empty directory; both would be deleted here anyway.
        dir.move(name, top, name.resolveSibling("deep-" + progress));
        progress++;
    }

    private void failed(Path path, IOException reason) {
        failures++;
        if (firstFailure == null) {
            firstFailure = describesItself(path, reason)
                    ? reason
                    : new IOException(path + ": " + ErrorMessages.reason(reason), reason);
        }
    }

    /** The streams' own exceptions name a file at most by its last component. */
    private static boolean describesItself(Path path, IOException reason) {
        return String.valueOf(reason.getMessage()).startsWith(path.toString());
    }
}
