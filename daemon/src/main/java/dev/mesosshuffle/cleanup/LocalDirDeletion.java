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
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps in which a local dir goes. Each begins from the root again and goes by names alone, so each may be repeated,
 * and a new process can go on where another stopped. Works on the disk, on the thread of the dir's root.
 */
public final class LocalDirDeletion {
    private static final Logger logger = LoggerFactory.getLogger(LocalDirDeletion.class);

    private LocalDirDeletion() {}

    /**
     * Renames a dir within its parent to a name that marks it as going; nothing happens if it is not there, because it
     * was renamed before or somebody deleted it. The rename is the kernel's own, in one dir: it never copies, never
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
            for (Path going : LocalDirNames.goingNames(name)) {
                if (SecureDirectories.attributes(parent, going) == null) {
                    parent.move(name, parent, going);
                    return;
                }
            }
            throw new IOException(dir.path() + ": every name is taken that it could go under, from "
                    + LocalDirNames.goingNames(name).get(0) + " on");
        } catch (NoSuchFileException e) {
            // A dir above it is gone, and so is it.
        }
    }

    /**
     * Adds up what lies under all the names that a dir goes under.
     *
     * @param stopped asked before each file, on which occasion it may take its time; once true, the rest is not counted
     * @return bytes; less than there are if this process may not look everywhere
     */
    static long size(LocalDir dir, BooleanSupplier stopped) throws IOException {
        long bytes = 0;
        try (SecureDirectoryStream<Path> parent = openParent(dir)) {
            for (Path going : LocalDirNames.goingNames(dir.path().getFileName())) {
                BasicFileAttributes attributes = SecureDirectories.attributes(parent, going);
                if (attributes != null && attributes.isDirectory()) {
                    bytes += TreeSize.of(parent, going, dir.path().resolveSibling(going), stopped);
                }
            }
        } catch (NoSuchFileException e) {
            // Nothing is there.
        }
        return bytes;
    }

    /**
     * Deletes what lies under all the names that a dir goes under, then the parents that this leaves empty.
     *
     * @param stopped asked before each file, on which occasion it may take its time; once true, the rest stays
     * @param fileDeleted told of each deleted file, how many bytes it held
     * @throws NotADirectoryException if a link or a file has such a name; it is left
     * @throws IOException if anything else is left, though not stopped
     */
    static void delete(LocalDir dir, BooleanSupplier stopped, LongConsumer fileDeleted) throws IOException {
        try (SecureDirectoryStream<Path> parent = openParent(dir)) {
            for (Path going : LocalDirNames.goingNames(dir.path().getFileName())) {
                Path path = dir.path().resolveSibling(going);
                BasicFileAttributes attributes = SecureDirectories.attributes(parent, going);
                if (attributes != null && !attributes.isDirectory()) {
                    throw new NotADirectoryException(path, attributes);
                }
                if (attributes != null) {
                    new TreeDeleter(stopped, fileDeleted).delete(parent, going, path);
                }
            }
        } catch (NoSuchFileException e) {
            // A dir above it is gone; those further above may still be there, and empty.
        }
        if (!stopped.getAsBoolean()) {
            deleteEmptyParents(dir);
        }
    }

    /** Only ever removes empty dirs, below the root, and stops at the first one of another name. */
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
                // Gone already; the next one may be empty too.
            } catch (DirectoryNotEmptyException e) {
                return;
            } catch (IOException e) {
                // An empty dir costs nothing: no reason to come back, or to bother anybody.
                logger.debug("Empty dir {} in {} stays", below.getName(above), parent, e);
                return;
            }
        }
    }

    private static SecureDirectoryStream<Path> openParent(LocalDir dir) throws IOException {
        return SecureDirectories.open(
                dir.root(), Objects.requireNonNullElse(dir.path().getParent(), dir.root()));
    }
}
