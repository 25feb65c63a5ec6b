package dev.mesosshuffle.admin;

import dev.mesosshuffle.concurrent.DaemonThreads;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.CharBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The command line's side: sends a command to a running daemon. Loads few classes and logs nothing, to start fast. */
public final class ControlClient {
    private ControlClient() {}

    /**
     * Sends a command to the daemon that listens at a socket.
     *
     * @return the text for the operator
     * @throws ControlException as {@link #send(Path, String, Appendable)}
     */
    public static String send(Path socket, String request) throws ControlException {
        StringBuilder text = new StringBuilder();
        send(socket, request, text);
        return text.toString();
    }

    /**
     * Sends a command to the daemon that listens at a socket, and passes its text on while it arrives. Blocks for 90 s at most
     * without a response.
     *
     * @param socket the socket
     * @param request one line, without its end
     * @param out gets the text for the operator
     * @throws ControlException if the daemon cannot be reached, or rejects the command
     */
    public static void send(Path socket, String request, Appendable out) throws ControlException {
        Exchange exchange = new Exchange(socket, request, out);
        FutureTask<Void> task = new FutureTask<>(exchange, null);
        DaemonThreads.newThread("control-client", task).start();
        try {
            exchange.await(task);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlException("interrupted");
        } catch (ExecutionException e) {
            throw failure(socket, e.getCause());
        }
    }

    private static ControlException failure(Path socket, @Nullable Throwable cause) {
        if (cause instanceof UncheckedIOException unchecked) {
            return new ControlException(reason(socket, unchecked.getCause()));
        }
        return new ControlException(
                cause instanceof RefusedException ? String.valueOf(cause.getMessage()) : reason(socket, cause));
    }

    /** The daemon's reason for an error. */
    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        RefusedException(String reason) {
            super(reason);
        }
    }

    /** One request and its response. */
    private static final class Exchange implements Runnable {
        private static final int BUFFER_CHARS = 8192;
        private static final int MAX_ERROR_CHARS = 64 * 1024;

        private final Path socket;
        private final String request;
        private final Appendable out;

        /** Whether the operator is shown something now, which takes as long as they like. */
        private volatile boolean printing;

        private final AtomicLong parts = new AtomicLong();

        Exchange(Path socket, String request, Appendable out) {
            this.socket = socket;
            this.request = request;
            this.out = out;
        }

        void await(FutureTask<Void> task) throws ControlException, ExecutionException, InterruptedException {
            for (long seen = -1; printing || parts.get() != seen; ) {
                seen = parts.get();
                if (isDone(task)) {
                    return;
                }
            }
            throw new ControlException(
                    "the daemon behind " + socket + " does not respond; is it stopped, or overloaded?");
        }

        private static boolean isDone(FutureTask<Void> task) throws ExecutionException, InterruptedException {
            try {
                // A healthy daemon times out first.
                task.get(2 * ControlProtocol.DEADLINE.toSeconds(), TimeUnit.SECONDS);
                return true;
            } catch (TimeoutException e) {
                return false;
            }
        }

        @Override
        public void run() {
            try {
                // Distinguishes a missing socket from one without permission, which connecting alone does not.
                Files.readAttributes(socket, PosixFileAttributes.class);
                try (SocketChannel channel = SocketChannel.open(ControlSocket.address(socket))) {
                    try {
                        channel.write(StandardCharsets.UTF_8.encode(request + '\n'));
                    } catch (IOException e) {
                        // A daemon with too many clients does not read the request, but says so.
                    }
                    receive(Channels.newReader(channel, StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void receive(Reader reader) throws IOException {
            String begin = upTo(reader, ControlProtocol.OK.length());
            if (!begin.equals(ControlProtocol.OK)) {
                refuse(begin + upTo(reader, MAX_ERROR_CHARS));
            }
            char[] buffer = new char[BUFFER_CHARS];
            for (int read = 0; read >= 0; read = read(reader, buffer, 0, BUFFER_CHARS)) {
                printing = true;
                out.append(CharBuffer.wrap(buffer, 0, read));
                parts.incrementAndGet();
                printing = false;
            }
        }

        private void refuse(String reply) {
            if (reply.startsWith(ControlProtocol.ERROR)) {
                throw new RefusedException(
                        reply.substring(ControlProtocol.ERROR.length()).strip());
            }
            throw new RefusedException("the daemon behind " + socket
                    + " closed the connection without a response; its log may have the reason");
        }

        private static String upTo(Reader reader, int max) {
            char[] buffer = new char[max];
            int length = 0;
            for (int read = 0; read >= 0 && length < max; ) {
                read = read(reader, buffer, length, max);
                length += Math.max(0, read);
            }
            return new String(buffer, 0, length);
        }

        /** What arrived counts if the connection breaks after it. */
        private static int read(Reader reader, char[] buffer, int from, int to) {
            try {
                return reader.read(buffer, from, to - from);
            } catch (IOException e) {
                return -1;
            }
        }
    }

    private static String reason(Path socket, @Nullable Throwable failure) {
        if (failure instanceof NoSuchFileException) {
            return "no daemon runs with this configuration: there is no " + socket
                    + " (expected: the daemon's own settings, such as --conf spark.local.dir=...)";
        }
        if (failure instanceof ConnectException) {
            return "no daemon runs with this configuration: nobody listens at " + socket;
        }
        if (failure instanceof AccessDeniedException || failure instanceof BindException) {
            return "no permission to use " + socket + " (expected: to be run as the daemon's user, or as root)";
        }
        return "the daemon cannot be reached through " + socket + ": " + failure;
    }
}
