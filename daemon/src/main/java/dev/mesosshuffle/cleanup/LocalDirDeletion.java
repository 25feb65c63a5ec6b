package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.host.NotADirectoryException;
import dev.mesosshuffle.host.SecureDirectories;
import dev.mesosshuffle.host.TreeSize;
import dev.mesosshuffle.model.LocalDir;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
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
     * a file of such a name is left: it is somebody else's, and nothing of the dir is left if its original name is free too.
     *
     * <p>The parent is listed for random names each time, whether or not the usual ones are taken now: who took them when the
     * dir was renamed may have freed them since.
     *
     * @param stopped is polled before each file, and may pause; once true, the rest is left
     * @param fileDeleted receives the size in bytes of each deleted file
     * @throws NotADirectoryException if there is a link or a file of such a name, no dir, and something of the original name
     * @throws IOException if anything else is left, though not stopped
     */
    static void delete(LocalDir dir, BooleanSupplier stopped, LongConsumer fileDeleted) throws IOException {
        boolean isStopped;
        try (SecureDirectoryStream<Path> parent = openParent(dir)) {
            Path name = dir.path().getFileName();
            MarkedDirs marked = new MarkedDirs(dir, parent, new ArrayList<>(), new ArrayList<>());
            boolean found = marked.delete(LocalDirNames.deletionNames(name), stopped, fileDeleted);
            isStopped = stopped.getAsBoolean();
            List<Path> random = isStopped ? List.of() : randomNames(name, parent);
            if (!random.isEmpty()) {
                found |= marked.delete(random, stopped, fileDeleted);
                isStopped = stopped.getAsBoolean();
            }
            boolean mayEnd = found || isStopped || SecureDirectories.attributes(parent, name) == null;
            marked.throwFirst(!mayEnd);
        } catch (NoSuchFileException e) {
            // A directory above it was deleted; those further above may still exist, and be empty.
            isStopped = stopped.getAsBoolean();
        }
        if (!isStopped) {
            deleteEmptyParents(dir);
        }
    }

    /** The dirs that one attempt deletes in an open parent, and why some of them are left. */
    private record MarkedDirs(
            LocalDir dir, SecureDirectoryStream<Path> parent, List<IOException> failures, List<IOException> obstacles) {
        /** Returns whether there was any dir of these names. */
        boolean delete(List<Path> names, BooleanSupplier stopped, LongConsumer fileDeleted) throws IOException {
            boolean found = false;
            for (Path name : names) {
                BasicFileAttributes attributes = SecureDirectories.attributes(parent, name);
                Path path = dir.path().resolveSibling(name);
                if (attributes != null && !attributes.isDirectory()) {
                    obstacles.add(new NotADirectoryException(path, attributes));
                } else if (attributes != null) {
                    found = true;
                    try {
                        new TreeDeleter(stopped, fileDeleted).delete(parent, name, path);
                    } catch (IOException e) {
                        // It may be somebody else's, and must not keep the others.
                        failures.add(e);
                    }
                }
            }
            return found;
        }

        void throwFirst(boolean withObstacles) throws IOException {
            if (!failures.isEmpty()) {
                throw failures.get(0);
            }
            if (withObstacles && !obstacles.isEmpty()) {
                throw obstacles.get(0);
            }
        }
    }

    /** All the names under which a dir may lie. */
    private static List<Path> markedNames(LocalDir dir, SecureDirectoryStream<Path> parent) throws IOException {
        Path name = dir.path().getFileName();
        List<Path> names = LocalDirNames.deletionNames(name);
        names.addAll(randomNames(name, parent));
        return names;
    }

    /** Lists the parent, which an open one allows once. */
    private static List<Path> randomNames(Path name, SecureDirectoryStream<Path> parent) throws IOException {
        List<Path> names = new ArrayList<>();
        try {
            for (Path entry : parent) {
                if (LocalDirNames.isRandomDeletionName(entry.getFileName(), name)) {
                    names.add(entry.getFileName());
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
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
