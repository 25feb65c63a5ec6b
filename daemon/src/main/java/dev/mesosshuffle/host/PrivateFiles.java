package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Creates and opens what is accessible to this user only, in places that {@link PathTrust} accepts. Works on the disk. */
public final class PrivateFiles {
    private static final FileAttribute<Set<PosixFilePermission>> OWN_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWN_DIR =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** Others may look for what lies below, but a liberal umask must not let them change it. */
    private static final FileAttribute<Set<PosixFilePermission>> PARENT =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));

    private PrivateFiles() {}

    /**
     * Opens a file in a directory that was checked, or creates it, inaccessible to others. Follows no link, and opens only
     * what is trusted, so that it cannot wait either, as the opening of a pipe does.
     *
     * @throws UnsafePathException if something else has its name
     */
    public static FileChannel open(Path file, OpenOption... options) throws IOException {
        PathTrust trust = PathTrust.ofThisProcess();
        trust.restrict(file);
        trust.checkFile(file);
        Set<OpenOption> all = new HashSet<>(List.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        return FileChannel.open(file, all, OWN_FILE);
    }

    /** Creates an empty file in a directory that was checked, unless there is one. Opens none that exists. */
    public static void create(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWN_FILE)
                    .close();
        } catch (FileAlreadyExistsException e) {
            // Created meanwhile, by another process of this user or root.
            return;
        }
    }

    /**
     * Creates a directory that only this user may enter, and missing ones above it, if all is safe; does nothing if it exists.
     *
     * @throws UnsafePathException if somebody else could change or replace it
     */
    public static void createDirectory(Path dir) throws IOException {
        PathTrust trust = PathTrust.ofThisProcess();
        trust.checkDirectory(dir);
        if (Files.notExists(dir)) {
            createMissing(dir, OWN_DIR);
            // Where others may create names, somebody may have been faster.
            trust.checkDirectory(dir);
        }
    }

    private static void createMissing(Path dir, FileAttribute<Set<PosixFilePermission>> permissions)
            throws IOException {
        Path parent = Objects.requireNonNullElse(dir.getParent(), dir);
        if (Files.notExists(parent)) {
            createMissing(parent, PARENT);
        }
        try {
            Files.createDirectory(dir, permissions);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(dir)) {
                throw new NotDirectoryException(dir.toString());
            }
        }
    }
}
