package dev.mesosshuffle.host;

import com.sun.jna.Native;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What is done with descriptors that other processes get or gave, and that neither the JDK nor Netty can: Netty sends a
 * descriptor with a byte of its own, not with a text. Loading this class loads JNA; it throws a {@link LinkageError} where
 * that does not load, or a pointer has no 64 bits. For any thread.
 */
public final class DescriptorMessages {
    /** {@code struct msghdr}: name 0, its length 8, parts 16, their number 24, control data 32, their length 40, flags 48. */
    private static final int MESSAGE_BYTES = 56;

    private static final int PARTS = 16;
    private static final int PART_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;

    /** {@code struct iovec}: address, length. */
    private static final int PART_BYTES = 16;

    /** {@code struct cmsghdr}: length 0, level 8, type 12; then the descriptor, then padding. */
    private static final int CONTROL_HEADER_BYTES = 16;

    private static final int CONTROL_BYTES = 24;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int POLLOUT = 4;
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;

    /** How often a full queue of the receiver is waited for, and how long each time. */
    private static final int ATTEMPTS = 5;

    private static final int WAIT_MILLIS = 1000;

    static {
        if (Native.POINTER_SIZE != Long.BYTES) {
            throw new UnsatisfiedLinkError("pointers of " + Native.POINTER_SIZE + " bytes");
        }
        CLibrary.link(DescriptorMessages.class);
    }

    private DescriptorMessages() {}

    /**
     * Sends a text, and with it a duplicate of a descriptor, as one datagram. Waits a few seconds if the receiver's queue is
     * full.
     *
     * @param socket a connected socket of the Unix domain
     * @param descriptor stays the caller's
     * @throws IOException if it cannot be sent
     */
    public static void send(int socket, String text, int descriptor) throws IOException {
        ByteBuffer message = message(text.getBytes(StandardCharsets.UTF_8), descriptor);
        try {
            int attempts = ATTEMPTS;
            while (sendmsg(socket, message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
                int error = Native.getLastError();
                if (error == EAGAIN && attempts > 0) {
                    attempts--;
                    awaitWritable(socket);
                } else if (error != EINTR) {
                    throw new IOException(strerror(error));
                }
            }
        } finally {
            Reference.reachabilityFence(message);
        }
    }

    /**
     * Has programs that this process may start not inherit a descriptor.
     *
     * @throws IOException if it is not open
     */
    public static void closeOnExec(int descriptor) throws IOException {
        if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) {
            throw new IOException(strerror(Native.getLastError()));
        }
    }

    /** All that the call needs, in one piece of memory: the message, its one part, its control data, the text. */
    private static ByteBuffer message(byte[] text, int descriptor) {
        int control = MESSAGE_BYTES + PART_BYTES;
        int content = control + CONTROL_BYTES;
        ByteBuffer message = ByteBuffer.allocateDirect(content + text.length).order(ByteOrder.nativeOrder());
        long address = CLibrary.address(message);
        message.putLong(PARTS, address + MESSAGE_BYTES);
        message.putLong(PART_COUNT, 1);
        message.putLong(CONTROL, address + control);
        message.putLong(CONTROL_LENGTH, CONTROL_BYTES);
        message.putLong(MESSAGE_BYTES, address + content);
        message.putLong(MESSAGE_BYTES + Long.BYTES, text.length);
        message.putLong(control, CONTROL_HEADER_BYTES + Integer.BYTES);
        message.putInt(control + Long.BYTES, SOL_SOCKET);
        message.putInt(control + Long.BYTES + Integer.BYTES, SCM_RIGHTS);
        message.putInt(control + CONTROL_HEADER_BYTES, descriptor);
        message.put(content, text);
        return message;
    }

    private static void awaitWritable(int socket) {
        // struct pollfd: descriptor, what is waited for, what was found.
        ByteBuffer waiting = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
        waiting.putInt(0, socket).putShort(Integer.BYTES, (short) POLLOUT);
        // Whatever it found, the next attempt tells.
        int unused = poll(waiting, 1, WAIT_MILLIS);
    }

    private static native long sendmsg(int socket, ByteBuffer message, int flags);

    private static native int poll(ByteBuffer waiting, long count, int millis);

    private static native int fcntl(int descriptor, int command, int argument);

    private static native String strerror(int error);
}
