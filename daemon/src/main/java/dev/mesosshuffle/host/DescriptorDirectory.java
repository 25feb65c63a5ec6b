package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.util.Iterator;
import java.util.Set;

/**
 * An open directory whose entries are opened by what they are: as a directory or a regular file, or not at all. The JDK's own
 * opens whatever has the name, and waits if that is a FIFO. Everything else is left to the JDK's, which it holds open too.
 *
 * <p>Holds three descriptors. For one thread.
 */
final class DescriptorDirectory implements SecureDirectoryStream<Path> {
    private final int descriptor;
    private final Path path;
    private final SecureDirectoryStream<Path> stream;
    private boolean closed;

    private DescriptorDirectory(int descriptor, Path path, SecureDirectoryStream<Path> stream) {
        this.descriptor = descriptor;
        this.path = path;
        this.stream = stream;
    }

    /**
     * Opens a directory by its path. Never waits for another process.
     *
     * @param path an absolute path, in which links are followed
     * @throws FileSystemException if it is no directory
     */
    static DescriptorDirectory open(Path path) throws IOException {
        return of(LinuxCalls.openDirectory(path), path);
    }

    /** Takes over a descriptor. */
    @SuppressWarnings("StreamResourceLeak") // Its caller closes what it becomes a part of.
    private static DescriptorDirectory of(int descriptor, Path path) throws IOException {
        boolean isOpen = false;
        try {
            // That descriptor leads to a directory, whatever happens to the path, and a directory opens at once.
            DirectoryStream<Path> stream = Files.newDirectoryStream(DescriptorOpening.pathOf(descriptor));
            if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
                stream.close();
                throw new IOException(path + ": files cannot be deleted safely here (expected: Linux)");
            }
            isOpen = true;
            return new DescriptorDirectory(descriptor, path, secure);
        } catch (FileSystemException e) {
            throw DescriptorOpening.named(path, e);
        } finally {
            if (!isOpen) {
                LinuxCalls.close(descriptor);
            }
        }
    }

    /**
     * Opens a directory in this one; no link, no file, and nothing that waits.
     *
     * @param name its name here, a single one
     * @param shown its path, for messages
     */
    DescriptorDirectory openChild(Path name, Path shown) throws IOException {
        return of(LinuxCalls.openNameIn(descriptor(), name, true, shown), shown);
    }

    @Override
    public SecureDirectoryStream<Path> newDirectoryStream(Path name, LinkOption... options) throws IOException {
        if (!Set.of(options).contains(LinkOption.NOFOLLOW_LINKS)) {
            throw new UnsupportedOperationException("following a link to a directory");
        }
        return openChild(name, path.resolve(name));
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path name, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        if (options.contains(StandardOpenOption.CREATE_NEW)) {
            // Opens nothing that exists.
            return stream.newByteChannel(name, options, attributes);
        }
        boolean writing = options.equals(Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
        if (!writing && !options.equals(Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            throw new UnsupportedOperationException("opening with " + options);
        }
        Path shown = path.resolve(name);
        int file = LinuxCalls.openNameIn(descriptor(), name, false, shown);
        try {
            return DescriptorOpening.openRegular(
                    file, shown, writing ? StandardOpenOption.WRITE : StandardOpenOption.READ);
        } finally {
            LinuxCalls.close(file);
        }
    }

    /** Once closed, its number may be another file's. */
    private int descriptor() throws IOException {
        if (closed) {
            throw new IOException(path + " is closed");
        }
        return descriptor;
    }

    @Override
    public void deleteFile(Path name) throws IOException {
        stream.deleteFile(name);
    }

    @Override
    public void deleteDirectory(Path name) throws IOException {
        stream.deleteDirectory(name);
    }

    @Override
    public void move(Path name, SecureDirectoryStream<Path> target, Path targetName) throws IOException {
        stream.move(name, target instanceof DescriptorDirectory other ? other.stream : target, targetName);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Class<V> type) {
        return stream.getFileAttributeView(type);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path name, Class<V> type, LinkOption... options) {
        return stream.getFileAttributeView(name, type, options);
    }

    /** The entries, by the path of this directory. */
    @Override
    public Iterator<Path> iterator() {
        return DescriptorOpening.renamed(path, stream.iterator());
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            LinuxCalls.close(descriptor);
            stream.close();
        }
    }
}
