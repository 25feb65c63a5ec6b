package dev.mesosshuffle.security;

import dev.mesosshuffle.host.FileReaders;
import dev.mesosshuffle.host.PathTrust;
import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A file with secrets. It must be a regular file of this process's user or root that nobody else may read or replace. Works on
 * the disk.
 */
final class SecretFile {
    private static final String MODIFIED = "lastModifiedTime";
    private static final long SETTLED_MILLIS = 1000;

    private final Path path;
    private final int maxBytes;
    private final Reader reader;

    /** Whose process a file is for. */
    @FunctionalInterface
    interface Reader {
        /** This process. */
        Reader THIS_PROCESS = file -> PathTrust.ofThisProcess();

        /** The daemon that has the file configured: root may check the configuration of another user's daemon. */
        Reader DAEMON = file -> {
            PathTrust trust = PathTrust.ofThisProcess();
            return trust.isRoot() ? new PathTrust(FileReaders.of(file).user()) : trust;
        };

        PathTrust of(Path file) throws IOException;
    }

    /**
     * Creates one, without looking at it.
     *
     * @param maxBytes the most that it may have
     * @param reader who else but root may read it
     */
    SecretFile(Path path, int maxBytes, Reader reader) {
        this.path = path.toAbsolutePath();
        this.maxBytes = maxBytes;
        this.reader = reader;
    }

    Path path() {
        return path;
    }

    /**
     * Distinguishes one content from another. For any thread.
     *
     * @param attributes something in them changes with each write, and with each file that takes the name
     */
    record Version(Map<String, Object> attributes) {
        Version {
            attributes = Map.copyOf(attributes);
        }

        /** Whether it was written at least a second ago; false if the clock of the file system is ahead of this host's. */
        boolean isSettled() {
            return attributes.get(MODIFIED) instanceof FileTime written
                    && System.currentTimeMillis() - written.toMillis() >= SETTLED_MILLIS;
        }
    }

    Version version() throws IOException {
        return new Version(
                Files.readAttributes(path, "unix:ino,size,ctime,mode,uid," + MODIFIED, LinkOption.NOFOLLOW_LINKS));
    }

    /**
     * Reads the whole file.
     *
     * @return its bytes, which the caller clears
     * @throws SecretException if it cannot be read, or others could; the message does not name it
     */
    byte[] read() throws SecretException {
        try {
            PathTrust trust = reader.of(path);
            trust.checkDirectory(Objects.requireNonNullElse(path.getParent(), path));
            trust.checkFile(path);
            if (!FileReaders.of(path).areOnly(trust.uid())) {
                throw new SecretException("mode "
                        + PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS))
                        + ", so that others may read it (expected: rw-------; chmod 600)");
            }
            return content();
        } catch (IOException e) {
            throw new SecretException(ErrorMessages.reason(e));
        }
    }

    /** Nobody else can have exchanged what was checked. */
    private byte[] content() throws IOException, SecretException {
        try (SeekableByteChannel channel =
                Files.newByteChannel(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            long size = channel.size();
            if (size > maxBytes) {
                throw new SecretException(size + " bytes (expected: up to " + maxBytes + ")");
            }
            // One byte more shows whether it grows.
            ByteBuffer buffer = ByteBuffer.allocate((int) size + 1);
            int read = 0;
            while (read >= 0 && buffer.hasRemaining()) {
                read = channel.read(buffer);
            }
            byte[] content = Arrays.copyOf(buffer.array(), buffer.position());
            Arrays.fill(buffer.array(), (byte) 0);
            if (content.length != size) {
                throw new SecretException("changed while it was read");
            }
            return content;
        }
    }
}
