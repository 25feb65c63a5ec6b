package dev.mesosshuffle.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads the status of files by the kernel's {@code statx}: in one system call, into memory that each thread keeps. For any
 * thread that may load {@link LinuxCalls}.
 */
final class StatusCalls {
    private static final Map<String, Integer> NUMBERS = Map.of("amd64", 332, "aarch64", 291);

    private static final int EMPTY_PATH = 0x1000;
    private static final int NO_FOLLOW = 0x100;
    private static final int BASIC_STATUS = 0x7ff;

    /** {@code struct statx}: its size, and where its fields begin. */
    private static final int BYTES = 256;

    private static final int LINKS = 16;
    private static final int MODE = 28;
    private static final int INODE = 32;
    private static final int SIZE = 40;
    private static final int CHANGED = 96;
    private static final int MODIFIED = 112;
    private static final int DEVICE_MAJOR = 136;
    private static final int DEVICE_MINOR = 140;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** A text without characters, as C has it; only read. */
    private static final ByteBuffer EMPTY_TEXT = ByteBuffer.allocateDirect(1);

    private static final long EMPTY_TEXT_ADDRESS = CLibrary.address(EMPTY_TEXT);

    private static final ThreadLocal<Target> TARGET = ThreadLocal.withInitial(Target::new);

    private static final int NUMBER = NUMBERS.getOrDefault(System.getProperty("os.arch"), -1);

    /** Kernels before 4.11 lack the call, and old sandboxes forbid it. */
    private static final boolean AVAILABLE = NUMBER >= 0
            && LinuxCalls.syscall(
                            NUMBER,
                            LinuxCalls.descriptors(),
                            EMPTY_TEXT_ADDRESS,
                            EMPTY_PATH,
                            BASIC_STATUS,
                            TARGET.get().address)
                    == 0;

    private StatusCalls() {}

    /** What the kernel writes for one thread. */
    private static final class Target {
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
        private final long address = CLibrary.address(bytes);
    }

    /** Whether this kernel has the call. */
    static boolean areAvailable() {
        return AVAILABLE;
    }

    /**
     * Reads the status of what a descriptor denotes.
     *
     * @throws IOException if it cannot be read
     */
    static FileStatus of(int descriptor) throws IOException {
        Target target = TARGET.get();
        if (LinuxCalls.syscall(NUMBER, descriptor, EMPTY_TEXT_ADDRESS, EMPTY_PATH, BASIC_STATUS, target.address) != 0) {
            throw new IOException(LinuxCalls.lastError());
        }
        return parse(target.bytes);
    }

    /**
     * Reads the status of what lies at a path; of a link, its own.
     *
     * @throws FileSystemException if it does not exist, or its status cannot be read
     */
    static FileStatus of(Path path) throws FileSystemException {
        Target target = TARGET.get();
        byte[] name = PathBytes.terminated(path);
        LinuxCalls.checked(path, () ->
                (int) LinuxCalls.syscall(NUMBER, LinuxCalls.AT_FDCWD, name, NO_FOLLOW, BASIC_STATUS, target.address));
        return parse(target.bytes);
    }

    private static FileStatus parse(ByteBuffer bytes) {
        return new FileStatus(
                device(bytes.getInt(DEVICE_MAJOR), bytes.getInt(DEVICE_MINOR)),
                bytes.getLong(INODE),
                bytes.getShort(MODE) & 0xffff,
                Integer.toUnsignedLong(bytes.getInt(LINKS)),
                bytes.getLong(SIZE),
                nanos(bytes, MODIFIED),
                nanos(bytes, CHANGED));
    }

    /** As the C library puts both halves together, and the JDK shows them. */
    private static long device(long major, long minor) {
        return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
    }

    private static long nanos(ByteBuffer bytes, int at) {
        return bytes.getLong(at) * NANOS_PER_SECOND + bytes.getInt(at + Long.BYTES);
    }
}
