package dev.mesosshuffle.attack;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A process that serves a file system to the kernel (FUSE), and stops to answer on command, as a disk that hangs. Reads
 * commands from its standard input: {@code hang}, {@code resume}. It is a process of its own, so that no thread of a test
 * waits in the kernel for that very test.
 */
final class HangingDisk {
    /** The first line that it prints. */
    static final String MOUNTED = "mounted";

    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x8_0000;
    private static final short POLLIN = 1;
    private static final int POLL_MILLIS = 100;
    private static final int EAGAIN = 11;
    private static final long MS_NOSUID_NODEV = 6;
    private static final int MAX_REQUEST_BYTES = 1 << 20;

    static {
        Native.register(HangingDisk.class, NativeLibrary.getProcess());
    }

    private HangingDisk() {}

    private static native int open(String path, int flags);

    private static native long read(int descriptor, byte[] bytes, long count);

    private static native long write(int descriptor, byte[] bytes, long count);

    private static native int poll(byte[] descriptors, long count, int millis);

    private static native int mount(String source, String target, String type, long flags, String options);

    /**
     * Serves it until the kernel ends the connection.
     *
     * @param arguments where to mount it, and the directory that holds its files
     */
    public static void main(String[] arguments) throws IOException {
        int device = open("/dev/fuse", O_RDWR | O_NONBLOCK | O_CLOEXEC);
        String options = "fd=" + device + ",rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions";
        if (device < 0 || mount("hanging", arguments[0], "fuse", MS_NOSUID_NODEV, options) != 0) {
            throw new IOException("no FUSE here: error " + Native.getLastError());
        }
        ReentrantReadWriteLock answers = new ReentrantReadWriteLock();
        Thread commands = new Thread(() -> obey(answers), "commands");
        commands.setDaemon(true);
        commands.start();
        System.out.println(MOUNTED);
        serve(device, new PassedFiles(Path.of(arguments[1])), answers);
    }

    /** What is not answered is not read either: the kernel lets a process end that waits for what nobody has read. */
    private static void serve(int device, PassedFiles files, ReentrantReadWriteLock answers) {
        byte[] request = new byte[MAX_REQUEST_BYTES];
        byte[] waiting = ByteBuffer.allocate(2 * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(device)
                .putShort(POLLIN)
                .array();
        boolean mounted = true;
        while (mounted) {
            int ready = poll(waiting, 1, POLL_MILLIS);
            answers.readLock().lock();
            try {
                mounted = ready <= 0 || answerNext(device, files, request);
            } finally {
                answers.readLock().unlock();
            }
        }
    }

    private static boolean answerNext(int device, PassedFiles files, byte[] request) {
        long length = read(device, request, request.length);
        if (length <= 0) {
            return Native.getLastError() == EAGAIN;
        }
        byte[] answer = files.answer(ByteBuffer.wrap(request, 0, (int) length).order(ByteOrder.nativeOrder()));
        if (answer.length > 0) {
            // Fails if whoever waited for it is gone.
            var unused = write(device, answer, answer.length);
        }
        return true;
    }

    private static void obey(ReentrantReadWriteLock answers) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals("hang")) {
                    answers.writeLock().lock();
                } else {
                    answers.writeLock().unlock();
                }
                System.out.println("obeyed " + line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
