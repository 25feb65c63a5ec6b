package dev.mesosshuffle.admin;

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

/** The command line's side: asks a running daemon. Loads few classes and logs nothing, for it runs for a moment. */
public final class ControlClient {
    private ControlClient() {}

    /**
     * Asks the daemon that listens at a socket.
     *
     * @param socket the socket
     * @param request one line, without its end
     * @return what it says to the operator
     * @throws ControlException if it cannot be asked, or does not do it
     */
    public static String ask(Path socket, String request) throws ControlException {
        FutureTask<String> exchange = new FutureTask<>(() -> exchange(socket, request));
        Thread thread = new Thread(exchange, "control-client");
        thread.setDaemon(true);
        thread.start();
        try {
            // The daemon gives up first, if it is well.
            return answer(exchange.get(2 * ControlProtocol.DEADLINE.toSeconds(), TimeUnit.SECONDS), socket);
        } catch (TimeoutException e) {
            throw new ControlException(
                    "the daemon behind " + socket + " does not answer; is it stopped, or overloaded?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlException("interrupted");
        } catch (ExecutionException e) {
            throw new ControlException(reason(socket, e.getCause()));
        }
    }

    private static String exchange(Path socket, String request) throws IOException {
        // Tells a socket that is not there from one that may not be used, which connecting alone does not.
        Files.readAttributes(socket, PosixFileAttributes.class);
        try (SocketChannel channel = SocketChannel.open(ControlSocket.address(socket))) {
            ByteArrayOutputStream reply = new ByteArrayOutputStream();
            try {
                channel.write(StandardCharsets.UTF_8.encode(request + '\n'));
                Channels.newInputStream(channel).transferTo(reply);
            } catch (IOException e) {
                // A daemon that has no place for another client does not read what is asked, and closes.
                readWhatIsThere(channel, reply);
            }
            return reply.toString(StandardCharsets.UTF_8);
        }
    }

    private static void readWhatIsThere(SocketChannel channel, ByteArrayOutputStream reply) {
        try {
            Channels.newInputStream(channel).transferTo(reply);
        } catch (IOException e) {
            // Then that was all.
        }
    }

    private static String answer(String reply, Path socket) throws ControlException {
        if (reply.startsWith(ControlProtocol.OK)) {
            return reply.substring(ControlProtocol.OK.length());
        }
        if (reply.startsWith(ControlProtocol.ERROR)) {
            throw new ControlException(
                    reply.substring(ControlProtocol.ERROR.length()).strip());
        }
        throw new ControlException("the daemon behind " + socket + " broke off; its log may say why");
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
        return "the daemon cannot be asked through " + socket + ": " + failure;
    }
}
