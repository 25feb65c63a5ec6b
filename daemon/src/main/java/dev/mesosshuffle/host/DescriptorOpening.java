package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;

/**
 * Opens the name of a file first, which blocks on nothing, and follows no link in the whole path. Then the descriptor of that
 * name leads to its inode, and to no other, whatever happens to the path: that inode is inspected, and opened if it is a
 * regular file. Takes five system calls.
 */
final class DescriptorOpening implements FileOpening {
    private static final String DESCRIPTORS = "/proc/self/fd/";

    private final NameOpener names;

    /** Opens a name by its absolute path, following no link. */
    @FunctionalInterface
    interface NameOpener {
        /** Opens it; the caller closes the descriptor. */
        int open(Path path) throws FileSystemException;
    }

    /**
     * Creates one.
     *
     * @param names opens names
     */
    DescriptorOpening(NameOpener names) {
        this.names = names;
    }

    /** Opens a name where one call cannot do it: component by component, each relative to the directory above. */
    static int openStepwise(Path path) throws FileSystemException {
        int current = LinuxCalls.openTop();
        Path shown = Path.of("/");
        int depth = path.getNameCount();
        for (int i = 0; i < depth; i++) {
            shown = shown.resolve(path.getName(i));
            int above = current;
            try {
                current = LinuxCalls.openNameIn(above, path.getName(i), i < depth - 1, shown);
            } finally {
                LinuxCalls.close(above);
            }
        }
        return current;
    }

    @Override
    public OpenedFile open(Path root, Path path) throws IOException {
        int name = names.open(path);
        try {
            FileStatus status = status(name);
            UnsafeFileException.checkRegular(path, status.mode());
            return opened(LinuxCalls.openWithoutWaiting(name, false, path), status);
        } catch (FileSystemException e) {
            throw named(path, e);
        } finally {
            LinuxCalls.close(name);
        }
    }

    private static OpenedFile opened(int descriptor, FileStatus status) {
        try {
            return new DescriptorFile(descriptor, status);
        } catch (Error e) {
            LinuxCalls.close(descriptor);
            throw e;
        }
    }

    /** Reads the status of what a descriptor denotes. */
    static FileStatus status(int descriptor) throws IOException {
        return StatusCalls.areAvailable() ? StatusCalls.of(descriptor) : FileStatus.read(pathOf(descriptor));
    }

    @Override
    public FileStatus status(Path path) throws IOException {
        return StatusCalls.areAvailable() ? StatusCalls.of(path) : FileStatus.read(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Opens a channel of what an open name denotes, if that is a regular file.
     *
     * @param name an open name
     * @param shown its path, for messages
     * @param access to read or to write
     */
    static FileChannel openRegular(int name, Path shown, StandardOpenOption access) throws IOException {
        try {
            UnsafeFileException.checkRegular(shown, status(name).mode());
            int file = LinuxCalls.openWithoutWaiting(name, access == StandardOpenOption.WRITE, shown);
            try {
                return FileChannel.open(pathOf(name), access);
            } finally {
                LinuxCalls.close(file);
            }
        } catch (FileSystemException e) {
            throw named(shown, e);
        }
    }

    /** Returns the path that leads to what a descriptor denotes. */
    static Path pathOf(int descriptor) {
        return Path.of(DESCRIPTORS + descriptor);
    }

    @Override
    public SecureDirectoryStream<Path> openDirectory(Path dir) throws IOException {
        return DescriptorDirectory.open(dir);
    }

    @Override
    @SuppressWarnings("StreamResourceLeak") // Its caller closes it.
    public DirectoryStream<Path> list(Path dir) throws IOException {
        int name = names.open(dir);
        try {
            Path toName = pathOf(name);
            BasicFileAttributes attributes = Files.readAttributes(toName, BasicFileAttributes.class);
            if (!attributes.isDirectory()) {
                throw new NotADirectoryException(dir, attributes);
            }
            return new RenamedEntries(dir, Files.newDirectoryStream(toName));
        } catch (FileSystemException e) {
            throw named(dir, e);
        } finally {
            LinuxCalls.close(name);
        }
    }

    /** The entries of a directory that was opened by another name. */
    private record RenamedEntries(Path dir, DirectoryStream<Path> opened) implements DirectoryStream<Path> {
        @Override
        public Iterator<Path> iterator() {
            return renamed(dir, opened.iterator());
        }

        @Override
        public void close() throws IOException {
            opened.close();
        }
    }

    /** The entries of a directory by its own path. */
    static Iterator<Path> renamed(Path dir, Iterator<Path> entries) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public Path next() {
                return dir.resolve(entries.next().getFileName());
            }
        };
    }

    /** The JDK names the descriptor, which means nothing to anybody. */
    static FileSystemException named(Path path, FileSystemException failure) {
        String file = failure.getFile();
        if (file == null || !file.startsWith(DESCRIPTORS)) {
            return failure;
        }
        FileSystemException named = failure instanceof AccessDeniedException
                ? new AccessDeniedException(path.toString())
                : new FileSystemException(path.toString(), null, failure.getReason());
        named.initCause(failure);
        return named;
    }
}
