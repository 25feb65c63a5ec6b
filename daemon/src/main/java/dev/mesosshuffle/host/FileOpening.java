package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;

/** One way of opening a file that somebody else may replace at any time. For any thread. */
interface FileOpening {
    /**
     * Opens a regular file for reading.
     *
     * @param root the root that the file lies under, a real path
     * @param path the file
     * @throws UnsafeFileException if it is no regular file, or a link leads to it
     * @throws IOException if it cannot be opened
     */
    OpenedFile open(Path root, Path path) throws IOException;

    /**
     * Reads the status of what lies at a path; of a link, its own.
     *
     * @throws java.nio.file.NoSuchFileException if nothing does
     * @throws IOException if it cannot be read
     */
    FileStatus status(Path path) throws IOException;

    /**
     * Opens a directory to list it.
     *
     * @param dir the directory, a real path
     * @throws java.nio.file.FileSystemException if it is none, or a link leads to it
     * @throws IOException if it cannot be opened
     */
    DirectoryStream<Path> list(Path dir) throws IOException;

    /**
     * Opens a directory to work in it.
     *
     * @param dir the directory, in whose path links are followed
     * @throws java.nio.file.FileSystemException if it is none
     * @throws IOException if it cannot be opened
     */
    SecureDirectoryStream<Path> openDirectory(Path dir) throws IOException;
}
