package dev.mesosshuffle.transport;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.Ticker;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops and their type of channel.
 *
 * @param acceptor the loop that accepts connections
 * @param workers the loops that own the connections
 * @param serverChannel the class of the listening channel
 */
record EventLoops(EventLoopGroup acceptor, EventLoopGroup workers, Class<? extends ServerChannel> serverChannel) {
    private static final Logger logger = LoggerFactory.getLogger(EventLoops.class);

    /** The limit of Spark's {@code NettyUtils}: a few loops serve 10 Gb/s, and each costs memory. */
    private static final int MAX_DEFAULT_THREADS = 8;

    private static final int TERMINATION_TIMEOUT_SECONDS = 5;

    /**
     * For so long a loop runs tasks before it turns to its connections' input; by default it does for a second, if each task is
     * followed by another, as those of a few clients that fetch much are. The time is looked at after every 64 tasks.
     */
    private static final long MAX_TASKS_MILLIS = 1;

    /**
     * Creates event loops.
     *
     * @throws IOException if native epoll is required and does not load, or a loop cannot be created
     */
    static EventLoops start(ServerConfig config) throws IOException {
        boolean epoll = useEpoll(config.io());
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        int threads = config.serverThreads() > 0
                ? config.serverThreads()
                : Math.min(MAX_DEFAULT_THREADS, 2 * Runtime.getRuntime().availableProcessors());
        try {
            return start(threads, epoll, io);
        } catch (IllegalStateException e) {
            // The reason is in the cause.
            throw BindFailures.explainLoops(e);
        }
    }

    private static EventLoops start(int threads, boolean epoll, IoHandlerFactory io) {
        return new EventLoops(
                new Loops(1, "shuffle-acceptor", io),
                new Loops(threads, "shuffle-server", io),
                epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class);
    }

    /**
     * Starts the loops' threads. A loop that cannot start its thread later resets each connection that it gets, and a bind
     * on such a loop never completes.
     *
     * @throws OutOfMemoryError if no more threads can be created
     */
    void prestart() {
        acceptor.forEach(loop -> loop.execute(() -> {}));
        workers.forEach(loop -> loop.execute(() -> {}));
    }

    /**
     * Measures the longest turn of the loops that own connections.
     *
     * @param metrics gets {@code shuffleService.eventLoops.longestTurnMicros}: since it was last read
     */
    void measureTurns(Ticker ticker, MetricRegistry metrics) {
        LongAccumulator longestNanos = new LongAccumulator(Math::max, 0);
        metrics.register("shuffleService.eventLoops.longestTurnMicros", (Gauge<Long>)
                () -> TimeUnit.NANOSECONDS.toMicros(longestNanos.getThenReset()));
        workers.forEach(loop -> new LoopLateness(ticker, longestNanos).start(loop));
    }

    /** Ends the loops and waits for them, but not by Netty's future, which needs one more thread to complete. */
    void shutDown() {
        var unusedAcceptor = acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        var unusedWorkers = workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        try {
            if (!acceptor.awaitTermination(TERMINATION_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    || !workers.awaitTermination(TERMINATION_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                logger.warn(
                        "Event loops have not ended within {} s; they end with the process",
                        TERMINATION_TIMEOUT_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All loops, by their names in log messages. */
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
        logger.info("Native epoll does not load here ({}); using the JDK's NIO, which is slower", cause);
        return false;
    }

    /** Loops that run tasks for a bounded time at once. */
    private static final class Loops extends MultiThreadIoEventLoopGroup {
        private Loops(int threads, String threadName, IoHandlerFactory io) {
            super(threads, new DefaultThreadFactory(threadName, true), io);
        }

        @Override
        protected IoEventLoop newChild(Executor executor, IoHandlerFactory io, Object... arguments) {
            return new SingleThreadIoEventLoop(
                    this, executor, io, Integer.MAX_VALUE, RejectedExecutionHandlers.reject(), MAX_TASKS_MILLIS);
        }
    }
}
