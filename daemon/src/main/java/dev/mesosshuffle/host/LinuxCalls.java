package dev.mesosshuffle.host;

import com.sun.jna.Native;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The kernel's calls that the JDK lacks: those that open a file by what it is, not by where its name leads. Loading this
 * class takes some 100 ms, so it belongs on the thread of a disk; it throws a {@link LinkageError} where the C library is not
 * glibc, or the machine neither x86_64 nor aarch64. For any thread.
 *
 * <p>A descriptor that a call returns is closed by {@link #close}, exactly once.
 */
final class LinuxCalls {
    /** Opens a name, not what it denotes: it cannot block, runs no driver, and takes no permission on the file itself. */
    private static final int O_PATH = 0x20_0000;

    private static final int O_CLOEXEC = 0x8_0000;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_WRONLY = 0x1;

    /** The rest have other numbers on the other kind of machine. */
    private static final int O_DIRECTORY;

    private static final int O_NOFOLLOW;

    private static final int OPENAT2 = 437;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final int OPEN_HOW_BYTES = 24;

    /** The descriptor that stands for absolute paths, which ignore it. */
    static final int AT_FDCWD = -100;

    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int EACCES = 13;
    private static final int ENOSYS = 38;
    private static final int ELOOP = 40;

    /** {@code struct open_how}; only read, by the kernel. */
    private static final ByteBuffer NO_SYMLINKS = ByteBuffer.allocateDirect(OPEN_HOW_BYTES)
            .order(ByteOrder.nativeOrder())
            .putLong(0, O_PATH | O_CLOEXEC)
            .putLong(2 * Long.BYTES, RESOLVE_NO_SYMLINKS);

    /** The directory of this process's descriptors; stays open, because looking it up costs as much as an open. */
    private static final int DESCRIPTORS;

    static {
        int[] flags = Map.of("amd64", new int[] {0x1_0000, 0x2_0000}, "aarch64", new int[] {0x4000, 0x8000})
                .get(System.getProperty("os.arch"));
        if (flags == null) {
            throw new UnsatisfiedLinkError("os.arch: " + System.getProperty("os.arch"));
        }
        O_DIRECTORY = flags[0];
        O_NOFOLLOW = flags[1];
        CLibrary.link(LinuxCalls.class);
        DESCRIPTORS = openat(AT_FDCWD, bytes("/proc/self/fd"), O_PATH | O_CLOEXEC | O_DIRECTORY);
        if (DESCRIPTORS < 0) {
            throw new UnsatisfiedLinkError("/proc/self/fd: " + strerror(Native.getLastError()));
        }
    }

    private LinuxCalls() {}

    /**
     * Opens a name that no link leads to, as a name.
     *
     * @param path an absolute path
     */
    static int openName(Path path) throws FileSystemException {
        return checked(
                path, () -> (int) syscall(OPENAT2, AT_FDCWD, bytes(path.toString()), NO_SYMLINKS, OPEN_HOW_BYTES));
    }

    /** Whether {@link #openName} works; kernels before 5.6 lack its call, and old sandboxes forbid it. */
    static boolean canOpenNames() {
        int result = (int) syscall(OPENAT2, AT_FDCWD, bytes("/"), NO_SYMLINKS, OPEN_HOW_BYTES);
        if (result >= 0) {
            close(result);
            return true;
        }
        int error = Native.getLastError();
        return error != ENOSYS && error != EPERM;
    }

    /** Opens the directory at the top, as a name. */
    static int openTop() throws FileSystemException {
        Path top = Path.of("/");
        return checked(top, () -> openat(AT_FDCWD, bytes("/"), O_PATH | O_CLOEXEC | O_DIRECTORY));
    }

    /**
     * Opens a directory, as a name.
     *
     * @param path an absolute path, in which links are followed
     */
    static int openDirectory(Path path) throws FileSystemException {
        return checked(path, () -> openat(AT_FDCWD, PathBytes.terminated(path), O_PATH | O_CLOEXEC | O_DIRECTORY));
    }

    /**
     * Opens a name in a directory, as a name; of a link, the link itself, unless it must be a directory.
     *
     * @param dir an open directory
     * @param name a single name
     * @param mustBeDir whether anything but a directory is an error
     * @param shown the path, for messages
     */
    static int openNameIn(int dir, Path name, boolean mustBeDir, Path shown) throws FileSystemException {
        int flags = O_PATH | O_CLOEXEC | O_NOFOLLOW | (mustBeDir ? O_DIRECTORY : 0);
        return checked(shown, () -> openat(dir, PathBytes.terminated(name), flags));
    }

    /**
     * Opens what an open name denotes, without waiting for whoever holds a lease on it; while it is open, nobody gets another
     * lease that an open has to wait for.
     *
     * @param name an open name
     * @param writing whether to write, else to read
     * @param shown its path, for messages
     */
    static int openWithoutWaiting(int name, boolean writing, Path shown) throws FileSystemException {
        int flags = O_CLOEXEC | O_NONBLOCK | (writing ? O_WRONLY : 0);
        return checked(shown, () -> openat(DESCRIPTORS, bytes(Integer.toString(name)), flags));
    }

    /** A call of the kernel. */
    interface Call {
        /** Makes it; the result is negative if it failed. */
        int make();
    }

    static int checked(Path shown, Call call) throws FileSystemException {
        while (true) {
            int result = call.make();
            if (result >= 0) {
                return result;
            }
            int error = Native.getLastError();
            if (error != EINTR) {
                throw failure(shown, error);
            }
        }
    }

    private static FileSystemException failure(Path shown, int error) {
        String path = shown.toString();
        return switch (error) {
            case ENOENT -> new NoSuchFileException(path);
            case EACCES -> new AccessDeniedException(path);
            case ELOOP -> UnsafeFileException.behindLink(shown);
            case EAGAIN -> UnsafeFileException.leased(shown);
            default -> new FileSystemException(path, null, strerror(error));
        };
    }

    /** Paths that are stored or served mean the same in UTF-8 and in this process's locale. */
    private static byte[] bytes(String path) {
        byte[] text = path.getBytes(StandardCharsets.UTF_8);
        byte[] terminated = new byte[text.length + 1];
        System.arraycopy(text, 0, terminated, 0, text.length);
        return terminated;
    }

    /** The directory of this process's descriptors. */
    static int descriptors() {
        return DESCRIPTORS;
    }

    /**
     * Reads some bytes of an open file.
     *
     * @param address the memory that gets them
     * @param length how many at most
     * @param position where they begin in the file
     * @return how many; 0 at its end
     */
    static int read(int descriptor, long address, int length, long position) throws IOException {
        while (true) {
            long read = pread(descriptor, address, length, position);
            if (read >= 0) {
                return (int) read;
            }
            if (Native.getLastError() != EINTR) {
                throw new IOException(lastError());
            }
        }
    }

    /** What the last call of this thread that failed says. */
    static String lastError() {
        return strerror(Native.getLastError());
    }

    /** Closes a descriptor. */
    static native int close(int descriptor);

    private static native long pread(int descriptor, long address, long length, long position);

    /**
     * Reads an extended attribute.
     *
     * @param path the path of a file, which is not followed if it is a link
     * @param name the attribute's name
     * @param address the memory that gets its value
     * @param length how many bytes at most
     * @return how many; -1 if it has no such attribute, or it cannot be read
     */
    static long attribute(Path path, String name, long address, long length) {
        return lgetxattr(PathBytes.terminated(path), bytes(name), address, length);
    }

    private static native long lgetxattr(byte[] path, byte[] name, long value, long size);

    static native long syscall(long number, long dir, long path, long flags, long mask, long target);

    static native long syscall(long number, long dir, byte[] path, long flags, long mask, long target);

    private static native long syscall(long number, long dir, byte[] path, ByteBuffer how, long howBytes);

    private static native int openat(int dir, byte[] path, int flags);

    private static native String strerror(int error);
}
