package dev.mesosshuffle.transport;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops and the kind of channel that goes with them.
 *
 * @param acceptor the loop that accepts connections
 * @param workers the loops that the connections live on
 * @param serverChannel the kind of channel that listens
 */
record EventLoops(EventLoopGroup acceptor, EventLoopGroup workers, Class<? extends ServerChannel> serverChannel) {
    private static final Logger logger = LoggerFactory.getLogger(EventLoops.class);

    /** As Spark's {@code NettyUtils}: a few loops serve 10 Gb/s, and each costs memory. */
    private static final int MAX_DEFAULT_THREADS = 8;

    private static final int PATIENCE_SECONDS = 5;

    /**
     * Starts event loops.
     *
     * @throws IOException if native epoll was asked for and does not load, or a loop cannot be made
     */
    static EventLoops start(ServerConfig settings) throws IOException {
        boolean epoll = useEpoll(settings.io());
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        int threads = settings.serverThreads() > 0
                ? settings.serverThreads()
                : Math.min(MAX_DEFAULT_THREADS, 2 * Runtime.getRuntime().availableProcessors());
        try {
            return start(threads, epoll, io);
        } catch (IllegalStateException e) {
            // Netty hides the reason in what it throws.
            throw BindFailures.explainLoops(e);
        }
    }

    private static EventLoops start(int threads, boolean epoll, IoHandlerFactory io) {
        return new EventLoops(
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("shuffle-acceptor", true), io),
                new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("shuffle-server", true), io),
                epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class);
    }

    /**
     * Makes the loops' threads now. A loop that could not make its own later would reset each connection that falls to it,
     * and one that is to bind would never say that it did not.
     *
     * @throws OutOfMemoryError if no more threads can be made
     */
    void prestart() {
        acceptor.forEach(loop -> loop.execute(() -> {}));
        workers.forEach(loop -> loop.execute(() -> {}));
    }

    /** Ends the loops. Not awaited by Netty's future, which needs one more thread to be told of. */
    void shutDown() {
        var unusedAcceptor = acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        var unusedWorkers = workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        try {
            if (!acceptor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    || !workers.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                logger.warn("Event loops have not ended within {} s; they end with the process", PATIENCE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All of them, each under the name that users are told. */
    Map<String, Executor> byName() {
        Map<String, Executor> byName = new LinkedHashMap<>();
        acceptor.forEach(loop -> byName.put("the event loop that accepts connections", loop));
        workers.forEach(loop -> byName.put("event loop " + byName.size() + " of connections", loop));
        return byName;
    }

    private static boolean useEpoll(ServerConfig.IoMode mode) throws IOException {
        if (mode == ServerConfig.IoMode.NIO || Epoll.isAvailable()) {
            return mode != ServerConfig.IoMode.NIO;
        }
        Throwable cause = Epoll.unavailabilityCause();
        if (mode == ServerConfig.IoMode.EPOLL) {
            throw new IOException(
                    "spark.shuffle.io.mode: EPOLL (expected: NIO, for native epoll does not load here: " + cause + ")",
                    cause);
        }
        logger.info(
                "Native epoll does not load here ({}); sockets are driven by the JDK's NIO, which is slower", cause);
        return false;
    }
}
