package dev.mesosshuffle.host;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** What lies at a path must not be opened: it is no regular file, or is not what its path says. */
public final class UnsafeFileException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    /** The bits of a mode that are the type, and their values. */
    private static final int TYPE = 0170000;

    private static final int FIFO = 0010000;
    private static final int CHARACTER_DEVICE = 0020000;
    private static final int DIRECTORY = 0040000;
    private static final int BLOCK_DEVICE = 0060000;
    private static final int REGULAR = 0100000;
    private static final int SOCKET = 0140000;

    private UnsafeFileException(Path path, String reason) {
        super(path.toString(), null, reason);
    }

    static UnsafeFileException behindLink(Path path) {
        return new UnsafeFileException(path, "a symbolic link, or behind one (expected: none)");
    }

    static UnsafeFileException leased(Path path) {
        return new UnsafeFileException(path, "leased by a process (expected: a file that opens at once)");
    }

    static UnsafeFileException replaced(Path path) {
        return new UnsafeFileException(path, "replaced while it was opened (expected: one file)");
    }

    /**
     * Checks what a path denotes.
     *
     * @param mode of its inode, as the kernel has it
     */
    static void checkRegular(Path path, int mode) throws UnsafeFileException {
        switch (mode & TYPE) {
            case REGULAR -> {}
            case FIFO -> throw irregular(path, "a FIFO");
            case CHARACTER_DEVICE, BLOCK_DEVICE -> throw irregular(path, "a device");
            case DIRECTORY -> throw irregular(path, "a directory");
            case SOCKET -> throw irregular(path, "a socket");
            default -> throw behindLink(path);
        }
    }

    /** Checks what a path denotes, where the JDK does not tell FIFOs, devices and sockets apart. */
    static void checkRegular(Path path, BasicFileAttributes attributes) throws UnsafeFileException {
        if (attributes.isSymbolicLink()) {
            throw behindLink(path);
        }
        if (!attributes.isRegularFile()) {
            throw irregular(path, attributes.isDirectory() ? "a directory" : "a FIFO, device or socket");
        }
    }

    private static UnsafeFileException irregular(Path path, String found) {
        return new UnsafeFileException(path, found + " (expected: a regular file)");
    }
}
