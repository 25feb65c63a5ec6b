package dev.mesosshuffle.host;

import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens files and directories whose names, or the directories above them, executors can replace at any time: by a link to a file that is
 * none of theirs, or by something whose open waits, such as a FIFO. For any thread that may wait for a disk.
 */
public final class RegularFiles {
    private static final Logger logger = LoggerFactory.getLogger(RegularFiles.class);

    private RegularFiles() {}

    /** Determined on the first use, which loads a native library. */
    private static final class Chosen {
        private static final FileOpening OPENING = choose();

        private static FileOpening choose() {
            String reason;
            try {
                // Whatever cannot be loaded fails here, not with each file.
                logger.debug("The status of files is read by statx: {}", StatusCalls.areAvailable());
                return new DescriptorOpening(
                        LinuxCalls.canOpenNames() ? LinuxCalls::openName : DescriptorOpening::openStepwise);
            } catch (LinkageError e) {
                reason = ErrorMessages.of(e);
            }
            logger.warn(
                    "Files are opened without the kernel's calls that never wait: {}; a FIFO that replaces a file as it is"
                            + " opened holds a thread of its disk",
                    reason);
            return new DirectoryStreamOpening();
        }
    }

    /**
     * Opens a regular file for reading. Never follows a link below the root, never waits for another process, never opens a
     * FIFO, device or socket, whatever happens to the path meanwhile.
     *
     * @param root the root that the file lies under, a real path
     * @param path the file
     * @throws java.nio.file.NoSuchFileException if it does not exist
     * @throws UnsafeFileException if it is no regular file, or a link leads to it
     * @throws IOException if it cannot be opened
     */
    public static OpenedFile open(Path root, Path path) throws IOException {
        return Chosen.OPENING.open(root, path);
    }

    /**
     * Reads the status of what lies at a path; of a link, its own. Reads the disk.
     *
     * @param path the path
     * @throws java.nio.file.NoSuchFileException if nothing does
     * @throws IOException if it cannot be read
     */
    public static FileStatus status(Path path) throws IOException {
        return Chosen.OPENING.status(path);
    }

    /**
     * Opens a directory to list it. Never follows a link, never waits for another process.
     *
     * @param dir the directory, a real path
     * @throws java.nio.file.NoSuchFileException if it does not exist
     * @throws java.nio.file.FileSystemException if it is none, or a link leads to it
     * @throws IOException if it cannot be opened
     */
    public static DirectoryStream<Path> list(Path dir) throws IOException {
        return Chosen.OPENING.list(dir);
    }

    /**
     * Opens a directory to list it, also through links. Never waits for another process.
     *
     * @param dir the directory, in whose path links are followed
     * @throws java.nio.file.NoSuchFileException if it does not exist
     * @throws NotDirectoryException if it is none
     * @throws IOException if it cannot be opened
     */
    public static DirectoryStream<Path> listFollowing(Path dir) throws IOException {
        if (!Files.readAttributes(dir, BasicFileAttributes.class).isDirectory()) {
            throw new NotDirectoryException(dir.toString());
        }
        // What replaces it after this check, such as a FIFO, is not waited for either.
        return openDirectory(dir);
    }

    /**
     * Opens a directory to work in it; with the kernel's calls, what is opened through it never waits either.
     *
     * @param dir the directory, in whose path links are followed
     */
    static SecureDirectoryStream<Path> openDirectory(Path dir) throws IOException {
        return Chosen.OPENING.openDirectory(dir);
    }
}
