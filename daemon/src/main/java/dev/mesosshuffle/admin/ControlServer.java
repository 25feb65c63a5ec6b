package dev.mesosshuffle.admin;

import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for operators on this host, and lets in this process's own user and root. One client costs a thread for as
 * long as the deadline lasts, and there are few at a time; the rest of the daemon does not notice.
 *
 * <p><b>Concurrency:</b> one thread accepts; each client has its own, which ends when it has been idle; one closes
 * those that are late.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(ControlServer.class);

    static final int MAX_CLIENTS = 4;

    /** How soon a socket is made again that somebody removed. */
    private static final Duration RENEWAL = Duration.ofSeconds(5);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final Path socket;
    /** Null until the socket could be made for the first time. */
    private volatile @Nullable ServerSocketChannel server;

    private volatile Set<UserPrincipal> allowed;
    private final UnaryOperator<String> commands;
    private final Duration deadline;
    private final ThreadPoolExecutor clients;
    private final ScheduledThreadPoolExecutor deadlines;

    private ControlServer(
            Path socket,
            @Nullable ServerSocketChannel server,
            Set<UserPrincipal> allowed,
            UnaryOperator<String> commands,
            Duration deadline,
            ThreadPoolExecutor clients,
            ScheduledThreadPoolExecutor deadlines) {
        this.socket = socket;
        this.server = server;
        this.allowed = allowed;
        this.commands = commands;
        this.deadline = deadline;
        this.clients = clients;
        this.deadlines = deadlines;
    }

    /**
     * Starts to listen, or to try it again and again where the socket cannot be made yet. A socket that a killed process left is replaced; so only one that holds the lock of the port's
     * registry may do this.
     *
     * @param socket where; its dir exists
     * @param commands gives the reply to a line
     * @return the server
     */
    public static ControlServer start(Path socket, UnaryOperator<String> commands) {
        try {
            ServerSocketChannel server = listen(socket);
            return start(socket, server, commands, operators(socket), ControlProtocol.DEADLINE);
        } catch (IOException | RuntimeException e) {
            logger.warn(
                    "The commands apps, keep, release and remove are not available: {} cannot be made: {}. Make room and"
                            + " inodes for it, or its dir writable; it is tried again every {} s.",
                    socket,
                    ErrorMessages.reason(e),
                    RENEWAL.toSeconds());
            return start(socket, null, commands, Set.of(), ControlProtocol.DEADLINE);
        }
    }

    /** Who may use a socket that this process made. This process may be root's own. */
    private static Set<UserPrincipal> operators(Path socket) throws IOException {
        UserPrincipal root =
                FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("0");
        return Set.copyOf(List.of(Files.getOwner(socket), root));
    }

    static ServerSocketChannel listen(Path socket) throws IOException {
        Files.deleteIfExists(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(ControlSocket.address(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            return server;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    static ControlServer start(
            Path socket,
            @Nullable ServerSocketChannel server,
            UnaryOperator<String> commands,
            Set<UserPrincipal> allowed,
            Duration deadline) {
        ScheduledThreadPoolExecutor deadlines =
                new ScheduledThreadPoolExecutor(1, task -> daemon("control-deadline", task));
        deadlines.setRemoveOnCancelPolicy(true);
        // Now, so that no client is without a deadline because no thread can be made for it.
        deadlines.prestartCoreThread();
        ThreadPoolExecutor clients = new ThreadPoolExecutor(
                0, MAX_CLIENTS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> daemon("control-client", task));
        ControlServer control = new ControlServer(socket, server, allowed, commands, deadline, clients, deadlines);
        daemon("control", control::accept).start();
        var unused = deadlines.scheduleWithFixedDelay(
                control::renew, RENEWAL.toMillis(), RENEWAL.toMillis(), TimeUnit.MILLISECONDS);
        return control;
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private void accept() {
        while (!clients.isShutdown()) {
            ServerSocketChannel current = server;
            if (current == null || !current.isOpen()) {
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
                continue;
            }
            try {
                hand(current.accept());
            } catch (ClosedChannelException e) {
                // Closed, or another one has its place.
                logger.debug("Nobody is let in at this socket any more", e);
            } catch (IOException | RuntimeException e) {
                // Too many open files, most likely: the service has better uses for them.
                logger.debug("No operator can be let in", e);
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
            }
        }
    }

    /**
     * Makes the socket if it could not be made yet, or again if it was removed, as with the state dir; the store makes that
     * again.
     */
    void renew() {
        synchronized (clients) {
            ServerSocketChannel before = server;
            if (clients.isShutdown() || (before != null && !Files.notExists(socket, LinkOption.NOFOLLOW_LINKS))) {
                return;
            }
            try {
                if (before == null) {
                    begin();
                    return;
                }
                server = listen(socket);
                before.close();
                logger.info("{} was removed; it is made again", socket);
            } catch (IOException | RuntimeException e) {
                logger.debug("{} cannot be made yet", socket, e);
            }
        }
    }

    private void begin() throws IOException {
        ServerSocketChannel first = listen(socket);
        try {
            allowed = operators(socket);
        } catch (IOException | RuntimeException e) {
            first.close();
            throw e;
        }
        server = first;
        logger.info("{} is made; the commands apps, keep, release and remove are available", socket);
    }

    private void hand(SocketChannel client) throws IOException {
        try {
            clients.execute(() -> serve(client));
        } catch (RejectedExecutionException e) {
            try (client) {
                // A few bytes, which always fit into what the kernel holds for a new connection.
                reply(client, ControlProtocol.ERROR + MAX_CLIENTS + " others are being served; try again\n");
            }
        } catch (OutOfMemoryError e) {
            ThreadShortage.report("the answer to an operator", e);
            try (client) {
                reply(
                        client,
                        ControlProtocol.ERROR + "the daemon cannot make a thread to answer (" + e.getMessage() + ")\n");
            }
        }
    }

    private void serve(SocketChannel client) {
        Future<?> end = deadlines.schedule(() -> close(client), deadline.toMillis(), TimeUnit.MILLISECONDS);
        try (client) {
            reply(client, answer(client));
        } catch (IOException | RuntimeException e) {
            logger.debug("An operator was not answered", e);
        } finally {
            end.cancel(false);
        }
    }

    private String answer(SocketChannel client) throws IOException {
        UserPrincipal peer = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        // Read in any case: to close with something unread would tear the answer out of the client's hand.
        String request = readLine(client);
        if (!allowed.contains(peer)) {
            logger.warn("User {} may not use {}: only this daemon's user and root may", peer.getName(), socket);
            return ControlProtocol.ERROR + "user " + peer.getName()
                    + " may not do that (expected: the daemon's user, or root)\n";
        }
        return request == null
                ? ControlProtocol.ERROR + "no request of one line, at most " + ControlProtocol.MAX_REQUEST_BYTES
                        + " bytes of UTF-8\n"
                : commands.apply(request);
    }

    private static @Nullable String readLine(SocketChannel client) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(ControlProtocol.MAX_REQUEST_BYTES);
        while (bytes.hasRemaining() && client.read(bytes) > 0) {
            if (bytes.get(bytes.position() - 1) == '\n') {
                bytes.flip().limit(bytes.limit() - 1);
                try {
                    return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
                } catch (CharacterCodingException e) {
                    return null;
                }
            }
        }
        return null;
    }

    private static void reply(SocketChannel client, String text) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }

    private static void close(SocketChannel client) {
        try {
            client.close();
        } catch (IOException e) {
            logger.debug("A connection of an operator was not closed in order", e);
        }
    }

    /** Lets nobody in any more, and breaks off with those who are. */
    @Override
    public void close() throws IOException {
        synchronized (clients) {
            clients.shutdownNow();
            ServerSocketChannel current = server;
            if (current != null) {
                current.close();
            }
        }
        deadlines.shutdownNow();
        Files.deleteIfExists(socket);
    }
}
