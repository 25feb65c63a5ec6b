package dev.mesosshuffle.admin;

import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.PeriodicTask;
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
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for operators on this host, and admits this process's own user and root. A client costs one thread until its
 * deadline, and there are few at a time; the rest of the daemon is not affected.
 *
 * <p><b>Concurrency:</b> one thread accepts; each client has its own, which ends when it has been idle; one closes late
 * clients; one re-creates a removed socket.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(ControlServer.class);

    static final int MAX_CLIENTS = 4;

    /** How often a missing socket is re-created. */
    private static final Duration RENEWAL_INTERVAL = Duration.ofSeconds(5);

    private static final Duration IDLE_THREAD_LIFE = Duration.ofSeconds(10);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final Path socket;
    private final ControlCommands commands;
    private final Duration deadline;
    private final ThreadPoolExecutor clients;
    private final ScheduledThreadPoolExecutor deadlines;
    private final PeriodicTask renewalTask;

    /** Null until the socket could be created for the first time. */
    private volatile @Nullable ServerSocketChannel server;

    private volatile Set<UserPrincipal> allowed = Set.of();

    /**
     * Creates a server; it does not listen before {@link #start}.
     *
     * @param socket the path; its directory exists
     * @param commands reply to a line
     */
    public ControlServer(Path socket, ControlCommands commands) {
        this(socket, commands, ControlProtocol.DEADLINE);
    }

    ControlServer(Path socket, ControlCommands commands, Duration deadline) {
        this.socket = socket;
        this.commands = commands;
        this.deadline = deadline;
        this.deadlines = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("control-deadline"));
        deadlines.setRemoveOnCancelPolicy(true);
        this.clients = new ThreadPoolExecutor(
                0,
                MAX_CLIENTS,
                IDLE_THREAD_LIFE.toSeconds(),
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                DaemonThreads.named("control-client"));
        this.renewalTask = new PeriodicTask("control-socket", this::renew);
    }

    /**
     * Starts to listen, or to retry where the socket cannot be created yet. Replaces a socket that a killed process left,
     * so only the process that holds the lock of the port's registry may do this.
     */
    public void start() {
        try {
            ServerSocketChannel created = listen(socket);
            start(created, operators(socket));
        } catch (IOException | RuntimeException e) {
            logger.warn(
                    "The commands apps, keep, release and remove are not available: {} cannot be created: {}. Free space"
                            + " and inodes for it, or make its directory writable; it is retried every {} s.",
                    socket,
                    ErrorMessages.reason(e),
                    RENEWAL_INTERVAL.toSeconds());
            start(null, Set.of());
        }
    }

    void start(@Nullable ServerSocketChannel created, Set<UserPrincipal> users) {
        server = created;
        allowed = users;
        // Now, so that no client is without a deadline because no thread can be created for it.
        deadlines.prestartCoreThread();
        DaemonThreads.newThread("control", this::accept).start();
        renewalTask.start(RENEWAL_INTERVAL, RENEWAL_INTERVAL);
    }

    /** Returns who may use a socket that this process created. This process may be root's own. */
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

    private void accept() {
        while (!clients.isShutdown()) {
            ServerSocketChannel current = server;
            if (current == null || !current.isOpen()) {
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
                continue;
            }
            try {
                handOver(current.accept());
            } catch (ClosedChannelException e) {
                // Closed, or replaced by another one.
                logger.debug("This socket accepts no more operators", e);
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                // Too many open files, most likely: the service needs them more.
                logger.debug("No operator can be accepted", e);
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE.toNanos());
            }
        }
    }

    /**
     * Creates the socket if it could not be created yet, or again if it was removed, as with the state directory; the store
     * re-creates that.
     */
    void renew() {
        synchronized (clients) {
            ServerSocketChannel before = server;
            if (clients.isShutdown() || (before != null && !Files.notExists(socket, LinkOption.NOFOLLOW_LINKS))) {
                return;
            }
            try {
                if (before == null) {
                    createFirst();
                    return;
                }
                server = listen(socket);
                before.close();
                logger.info("{} was removed; it is created again", socket);
            } catch (IOException | RuntimeException e) {
                logger.debug("{} cannot be created yet", socket, e);
            }
        }
    }

    private void createFirst() throws IOException {
        ServerSocketChannel first = listen(socket);
        try {
            allowed = operators(socket);
        } catch (IOException | RuntimeException e) {
            first.close();
            throw e;
        }
        server = first;
        logger.info("{} is created; the commands apps, keep, release and remove are available", socket);
    }

    private void handOver(SocketChannel client) throws IOException {
        try {
            clients.execute(() -> serve(client));
        } catch (RejectedExecutionException e) {
            try (client) {
                // A few bytes, which always fit into the kernel's buffer of a new connection.
                reply(client, ControlProtocol.ERROR + MAX_CLIENTS + " other commands are running; try again\n");
            }
        } catch (OutOfMemoryError e) {
            ThreadShortage.report("the response to an operator", e);
            try (client) {
                reply(
                        client,
                        ControlProtocol.ERROR + "the daemon cannot create a thread to respond (" + e.getMessage()
                                + ")\n");
            }
        }
    }

    private void serve(SocketChannel client) {
        try (client;
                ControlReplyWriter reply = new ControlReplyWriter(client, this::deadline)) {
            respondTo(client, reply);
        } catch (IOException | RuntimeException e) {
            logger.debug("An operator got no response", e);
        }
    }

    /** Closes a client at its deadline, unless that is cancelled. */
    private Future<?> deadline(SocketChannel client) {
        return deadlines.schedule(() -> close(client), deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void respondTo(SocketChannel client, Appendable reply) throws IOException {
        UserPrincipal peer = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        // Read in any case: closing with unread bytes would discard the response.
        String request = readLine(client);
        if (!allowed.contains(peer)) {
            logger.warn("User {} may not use {}: only this daemon's user and root may", peer.getName(), socket);
            reply.append(ControlProtocol.ERROR + "user " + peer.getName()
                    + " may not do that (expected: the daemon's user, or root)\n");
        } else if (request == null) {
            reply.append(ControlProtocol.ERROR + "no request of one line, at most " + ControlProtocol.MAX_REQUEST_BYTES
                    + " bytes of UTF-8\n");
        } else {
            commands.execute(request, reply);
        }
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
            logger.debug("The connection of an operator was not closed cleanly", e);
        }
    }

    /** Stops listening, and closes the connections of clients. */
    @Override
    public void close() throws IOException {
        synchronized (clients) {
            clients.shutdownNow();
            ServerSocketChannel current = server;
            if (current != null) {
                current.close();
            }
        }
        renewalTask.close();
        deadlines.shutdownNow();
        Files.deleteIfExists(socket);
    }
}
