package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;

/**
 * Opens a file by the JDK's means alone, where {@link LinuxCalls} are not to be had, such as with musl. Follows no link below
 * the root. But a file or directory is inspected before it is opened: if it is replaced by a FIFO in that moment, the open
 * waits.
 */
final class DirectoryStreamOpening implements FileOpening {
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    @Override
    public OpenedFile open(Path root, Path path) throws IOException {
        Path name = path.getFileName();
        try (SecureDirectoryStream<Path> dir =
                SecureDirectories.open(this, root, Objects.requireNonNullElse(path.getParent(), root))) {
            BasicFileAttributes before = regular(dir, name, path);
            SeekableByteChannel opened = dir.newByteChannel(name, READ);
            try {
                FileStatus status = status(path);
                Object key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .fileKey();
                // Before and after: the file that was opened in between is this one.
                if (!(opened instanceof FileChannel channel)
                        || !Objects.equals(key, before.fileKey())
                        || !Objects.equals(key, regular(dir, name, path).fileKey())
                        || !status.equals(status(path))) {
                    throw UnsafeFileException.replaced(path);
                }
                return new ChannelFile(channel, status);
            } catch (IOException | RuntimeException e) {
                opened.close();
                throw e;
            }
        }
    }

    @Override
    public FileStatus status(Path path) throws IOException {
        return FileStatus.read(path, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    @SuppressWarnings("StreamResourceLeak") // Its caller closes it.
    public DirectoryStream<Path> list(Path dir) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(dir, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isDirectory()) {
            throw new NotADirectoryException(dir, attributes);
        }
        return Files.newDirectoryStream(dir);
    }

    @Override
    @SuppressWarnings("StreamResourceLeak") // Its caller closes it.
    public SecureDirectoryStream<Path> openDirectory(Path dir) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(dir);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException(dir + ": files cannot be deleted safely here (expected: Linux)");
    }

    private static BasicFileAttributes regular(SecureDirectoryStream<Path> dir, Path name, Path shown)
            throws IOException {
        BasicFileAttributes attributes = SecureDirectories.attributes(dir, name);
        if (attributes == null) {
            throw new NoSuchFileException(shown.toString());
        }
        UnsafeFileException.checkRegular(shown, attributes);
        return attributes;
    }
}
