package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A lease of this process on a file: who opens it waits until the lease is given up. */
final class Lease implements AutoCloseable {
    private static final int O_CLOEXEC = 0x8_0000;
    private static final int F_SETSIG = 10;
    private static final int F_SETLEASE = 1024;
    private static final int F_WRLCK = 1;

    /** What the kernel announces an open with; ignored, unlike its default. */
    private static final int SIGURG = 23;

    static {
        Native.register(Lease.class, NativeLibrary.getProcess());
    }

    private final int descriptor;

    private Lease(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Takes one; it ends when it is closed. */
    static Lease on(Path file) {
        byte[] path = (file + "\0").getBytes(StandardCharsets.UTF_8);
        int descriptor = open(path, O_CLOEXEC);
        assertThat(descriptor).isNotNegative();
        assertThat(fcntl(descriptor, F_SETSIG, SIGURG)).isZero();
        assertThat(fcntl(descriptor, F_SETLEASE, F_WRLCK)).isZero();
        return new Lease(descriptor);
    }

    @Override
    public void close() {
        LinuxCalls.close(descriptor);
    }

    private static native int open(byte[] path, int flags);

    private static native int fcntl(int descriptor, int command, int argument);
}
