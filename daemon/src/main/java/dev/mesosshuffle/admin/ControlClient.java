package dev.mesosshuffle.admin;

import dev.mesosshuffle.concurrent.DaemonThreads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
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
import org.jspecify.annotations.Nullable;

/** The command line's side: sends a command to a running daemon. Loads few classes and logs nothing, to start fast. */
public final class ControlClient {
    private ControlClient() {}

    /**
     * Sends a command to the daemon that listens at a socket. Blocks for 90 s at most.
     *
     * @param socket the socket
     * @param request one line, without its end
     * @return the text for the operator
     * @throws ControlException if the daemon cannot be reached, or rejects the command
     */
    public static String send(Path socket, String request) throws ControlException {
        FutureTask<String> exchange = new FutureTask<>(() -> exchange(socket, request));
        DaemonThreads.newThread("control-client", exchange).start();
        try {
            // A healthy daemon times out first.
            return textOf(exchange.get(2 * ControlProtocol.DEADLINE.toSeconds(), TimeUnit.SECONDS), socket);
        } catch (TimeoutException e) {
            throw new ControlException(
                    "the daemon behind " + socket + " does not respond; is it stopped, or overloaded?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlException("interrupted");
        } catch (ExecutionException e) {
            throw new ControlException(reason(socket, e.getCause()));
        }
    }

    private static String exchange(Path socket, String request) throws IOException {
        // Distinguishes a missing socket from one without permission, which connecting alone does not.
        Files.readAttributes(socket, PosixFileAttributes.class);
        try (SocketChannel channel = SocketChannel.open(ControlSocket.address(socket))) {
            ByteArrayOutputStream reply = new ByteArrayOutputStream();
            try {
                channel.write(StandardCharsets.UTF_8.encode(request + '\n'));
                Channels.newInputStream(channel).transferTo(reply);
            } catch (IOException e) {
                // A daemon with too many clients does not read the request, and closes.
                readRemaining(channel, reply);
            }
            return reply.toString(StandardCharsets.UTF_8);
        }
    }

    private static void readRemaining(SocketChannel channel, ByteArrayOutputStream reply) {
        try {
            Channels.newInputStream(channel).transferTo(reply);
        } catch (IOException e) {
            // That was all.
        }
    }

    private static String textOf(String reply, Path socket) throws ControlException {
        if (reply.startsWith(ControlProtocol.OK)) {
            return reply.substring(ControlProtocol.OK.length());
        }
        if (reply.startsWith(ControlProtocol.ERROR)) {
            throw new ControlException(
                    reply.substring(ControlProtocol.ERROR.length()).strip());
        }
        throw new ControlException("the daemon behind " + socket
                + " closed the connection without a response; its log may have the reason");
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
