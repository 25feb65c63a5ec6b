package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.host.NotADirectoryException;
import dev.mesosshuffle.host.SecureDirectories;
import dev.mesosshuffle.host.TreeSize;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps in which a local dir is removed. Each starts from the root and depends on names alone, so each may be repeated,
 * and a new process can continue where another stopped. Works on the disk, on the thread of the dir's root.
 */
public final class LocalDirDeletion {
    private static final Logger logger = LoggerFactory.getLogger(LocalDirDeletion.class);

    private LocalDirDeletion() {}

    /**
     * Renames a dir within its parent to a name that marks it for deletion. Does nothing if it does not exist, because it
     * was renamed before or somebody deleted it. The rename is the kernel's own, in one directory: it never copies, never
     * crosses into another mount, and fails on a mount point.
     *
     * @throws NotADirectoryException if the dir, or one above it, has been replaced by a link or a file
     */
    public static void mark(LocalDir dir) throws IOException {
        Path name = dir.path().getFileName();
        try (SecureDirectoryStream<Path> parent = openParent(dir)) {
            BasicFileAttributes attributes = SecureDirectories.attributes(parent, name);
            if (attributes == null) {
                return;
            }
            if (!attributes.isDirectory()) {
                throw new NotADirectoryException(dir.path(), attributes);
            }
            for (Path marked : LocalDirNames.deletionNames(name)) {
                if (SecureDirectories.attributes(parent, marked) == null) {
                    parent.move(name, parent, marked);
                    return;
                }
            }
            // Somebody took them all, to keep the dir.
            parent.move(name, parent, LocalDirNames.randomDeletionName(name));
        } catch (NoSuchFileException e) {
            // A directory above it was deleted, and the dir with it.
        }
    }

    /**
     * Measures what lies under all the names that mark a dir for deletion.
     *
     * @param stopped is polled before each file, and may pause; once true, the rest is not counted
     * @return bytes; fewer than there are where this process lacks permission
     */
    static long size(LocalDir dir, BooleanSupplier stopped) throws IOException {
        long bytes = 0;
        try (SecureDirectoryStream<Path> parent = openParent(dir)) {
            for (Path marked : markedNames(dir, parent)) {
                BasicFileAttributes attributes = SecureDirectories.attributes(parent, marked);
                if (attributes != null && attributes.isDirectory()) {
                    bytes += TreeSize.of(parent, marked, dir.path().resolveSibling(marked), stopped);
                }
            }
        } catch (NoSuchFileException e) {
            // Nothing exists there.
        }
        return bytes;
    }

    /**
     * Deletes what lies under all the names that mark a dir for deletion, then the parents that this leaves empty. A link or
     * a file of such a name is left; it is somebody else's if there is a dir of another one.
     *
     * @param stopped is polled before each file, and may pause; once true, the rest is left
     * @param fileDeleted receives the size in bytes of each deleted file
     * @throws NotADirectoryException if there is a link or a file of such a name, and no dir
     * @throws IOException if anything else is left, though not stopped
     */
    static void delete(LocalDir dir, BooleanSupplier stopped, LongConsumer fileDeleted) throws IOException {
        try (SecureDirectoryStream<Path> parent = openParent(dir)) {
            IOException failure = null;
            IOException obstacle = null;
            boolean found = false;
            for (Path marked : markedNames(dir, parent)) {
                BasicFileAttributes attributes = SecureDirectories.attributes(parent, marked);
                Path path = dir.path().resolveSibling(marked);
                if (attributes != null && !attributes.isDirectory()) {
                    obstacle = new NotADirectoryException(path, attributes);
                } else if (attributes != null) {
                    found = true;
                    try {
                        new TreeDeleter(stopped, fileDeleted).delete(parent, marked, path);
                    } catch (IOException e) {
                        // It may be somebody else's, and must not keep the others.
                        failure = failure == null ? e : failure;
                    }
                }
            }
            failure = failure == null && !found ? obstacle : failure;
            if (failure != null) {
                throw failure;
            }
        } catch (NoSuchFileException e) {
            // A directory above it was deleted; those further above may still exist, and be empty.
        }
        if (!stopped.getAsBoolean()) {
            deleteEmptyParents(dir);
        }
    }

    /** The names under which a dir may lie; the parent is only listed if somebody has taken one of the usual ones. */
    private static List<Path> markedNames(LocalDir dir, SecureDirectoryStream<Path> parent) throws IOException {
        Path name = dir.path().getFileName();
        List<Path> names = LocalDirNames.deletionNames(name);
        boolean isTaken = false;
        for (Path marked : names) {
            BasicFileAttributes attributes = SecureDirectories.attributes(parent, marked);
            isTaken |= attributes != null && (!marked.equals(names.get(0)) || !attributes.isDirectory());
        }
        if (isTaken) {
            for (Path entry : parent) {
                if (LocalDirNames.isRandomDeletionName(entry.getFileName(), name)) {
                    names.add(entry.getFileName());
                }
            }
        }
        return names;
    }

    /** Deletes empty directories only, below the root, and stops at the first one of another name. */
    private static void deleteEmptyParents(LocalDir dir) {
        Path root = dir.root();
        Path below = root.relativize(dir.path());
        for (int above = below.getNameCount() - 2;
                above >= 0 && LocalDirNames.isParent(below.getName(above));
                above--) {
            Path parent = above == 0 ? root : root.resolve(below.subpath(0, above));
            try (SecureDirectoryStream<Path> open = SecureDirectories.open(root, parent)) {
                open.deleteDirectory(below.getName(above));
            } catch (NoSuchFileException e) {
                // Deleted already; the next one may be empty too.
            } catch (DirectoryNotEmptyException e) {
                return;
            } catch (IOException e) {
                // An empty directory costs nothing: no reason to retry, or to warn.
                logger.debug("Empty directory {} in {} is left", below.getName(above), parent, e);
                return;
            }
        }
    }

    private static SecureDirectoryStream<Path> openParent(LocalDir dir) throws IOException {
        return SecureDirectories.open(
                dir.root(), Objects.requireNonNullElse(dir.path().getParent(), dir.root()));
    }
}
