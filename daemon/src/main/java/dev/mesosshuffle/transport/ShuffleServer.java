package dev.mesosshuffle.transport;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.dispatch.Dispatcher;
import dev.mesosshuffle.logging.RateLimitedLogger;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens, and gives each connection its pipeline. Started and stopped once, by one thread. */
public final class ShuffleServer {
    private static final Logger logger = LoggerFactory.getLogger(ShuffleServer.class);

    /** How long buffers are kept that nobody needs. */
    private static final int TRIM_SECONDS = 5;

    /** So many connections may have as much unsent in the kernel as it allows, which is up to 4 MB each. */
    private static final int UNBOUNDED_CONNECTIONS = 64;

    /** What of each further one may wait unsent in the kernel. */
    private static final long MAX_UNSENT_BYTES = 512 * 1024;

    /** What the allocator takes from the system at a time. */
    private static final int CHUNK_BYTES = 1024 * 1024;

    private final EventLoops loops;
    private final Channel listener;
    private final ChannelGroup connections;
    private final ReplyBufferPool buffers;

    private ShuffleServer(EventLoops loops, Channel listener, ChannelGroup connections, ReplyBufferPool buffers) {
        this.loops = loops;
        this.listener = listener;
        this.connections = connections;
        this.buffers = buffers;
    }

    /**
     * Starts to listen.
     *
     * @param dispatcher answers the requests
     * @param quietLog warns of what clients can cause at any rate
     * @param metricRegistry gets the metrics of connections and of their memory
     * @throws IOException if the address cannot be bound
     */
    public static ShuffleServer start(
            ServerConfig settings, Dispatcher dispatcher, RateLimitedLogger quietLog, MetricRegistry metricRegistry)
            throws IOException {
        InetSocketAddress address = address(settings);
        if (address.isUnresolved()) {
            throw new IOException("cannot listen on " + settings.host() + ':' + settings.port()
                    + ": unknown host; set spark.mesos.shuffle.service.host to an address or name of this machine");
        }
        PooledByteBufAllocator allocator = allocator();
        TransportMetrics metrics = new TransportMetrics(metricRegistry, allocator);
        ReplyBufferPool buffers = new ReplyBufferPool(allocator, PlatformDependent.maxDirectMemory() / 2);
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        EventLoops loops = EventLoops.start(settings);
        loops.prestart();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.acceptor(), loops.workers())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new AcceptFailureHandler(metrics, quietLog))
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (connections.size() >= UNBOUNDED_CONNECTIONS) {
                            boundUnsent(channel);
                        }
                        channel.pipeline()
                                .addLast(new FrameDecoder(settings.maxFrameBytes()))
                                .addLast(new IdleStateHandler(
                                        0, 0, settings.idleTimeout().toMillis(), TimeUnit.MILLISECONDS))
                                .addLast(new ConnectionHandler(
                                        channel, dispatcher, buffers, settings.maxFrameBytes(), metrics, quietLog));
                        connections.add(channel);
                    }
                });
        applySocketOptions(bootstrap, settings);
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        ShuffleServer server = new ShuffleServer(loops, bound.channel(), connections, buffers);
        if (!bound.isSuccess()) {
            server.shutDownLoops();
            throw BindFailures.explain(address, bound.cause());
        }
        var unused = loops.workers()
                .scheduleWithFixedDelay(() -> trim(buffers, quietLog), TRIM_SECONDS, TRIM_SECONDS, TimeUnit.SECONDS);
        return server;
    }

    /** An exception would be the last thing that the timer ever hears of it. */
    private static void trim(ReplyBufferPool buffers, RateLimitedLogger quietLog) {
        try {
            buffers.trim();
        } catch (RuntimeException e) {
            quietLog.error(logger, "buffers", "Buffers that nobody needs could not be given back", e);
        }
    }

    /** As Netty's own, but in chunks of 1 MiB: of its 4 MiB an idle daemon would use a few KB. */
    private static PooledByteBufAllocator allocator() {
        int pageBytes = PooledByteBufAllocator.defaultPageSize();
        return new PooledByteBufAllocator(
                PlatformDependent.directBufferPreferred(),
                PooledByteBufAllocator.defaultNumHeapArena(),
                PooledByteBufAllocator.defaultNumDirectArena(),
                pageBytes,
                Integer.numberOfTrailingZeros(CHUNK_BYTES / pageBytes),
                PooledByteBufAllocator.defaultSmallCacheSize(),
                PooledByteBufAllocator.defaultNormalCacheSize(),
                PooledByteBufAllocator.defaultUseCacheForAllThreads());
    }

    private static void applySocketOptions(ServerBootstrap bootstrap, ServerConfig settings) {
        if (settings.backLog() > 0) {
            bootstrap.option(ChannelOption.SO_BACKLOG, settings.backLog());
        }
        if (settings.receiveBuffer() > 0) {
            bootstrap.childOption(ChannelOption.SO_RCVBUF, settings.receiveBuffer());
        }
        if (settings.sendBuffer() > 0) {
            bootstrap.childOption(ChannelOption.SO_SNDBUF, settings.sendBuffer());
        }
        if (settings.tcpKeepAlive()) {
            bootstrap.childOption(ChannelOption.SO_KEEPALIVE, true);
        }
    }

    /**
     * A thousand peers that do not read could fill the memory that the kernel has for all TCP of the host
     * ({@code net.ipv4.tcp_mem}); it then drops everybody's packets. The JDK's NIO cannot say this.
     */
    private static void boundUnsent(Channel channel) {
        channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES);
    }

    private static InetSocketAddress address(ServerConfig settings) {
        return settings.host() == null
                ? new InetSocketAddress(settings.port())
                : new InetSocketAddress(settings.host(), settings.port());
    }

    /** Where it listens, with the real port. */
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) listener.localAddress();
    }

    /**
     * Accepts no more connections and no more requests, waits until all that were taken are answered, and closes.
     *
     * @param patience how long to wait
     * @return whether all were answered
     */
    public boolean stop(Duration patience) {
        listener.close().awaitUninterruptibly();
        CompletableFuture<?>[] drained = connections.stream()
                .map(channel -> channel.pipeline().get(ConnectionHandler.class))
                .filter(handler -> handler != null)
                .map(ConnectionHandler::drain)
                .toArray(CompletableFuture[]::new);
        boolean complete = await(CompletableFuture.allOf(drained), patience);
        connections.close().awaitUninterruptibly();
        shutDownLoops();
        return complete;
    }

    /** What its event loops run tasks by, each under the name that users are told. */
    public Map<String, Executor> loops() {
        return loops.byName();
    }

    private static boolean await(CompletableFuture<Void> future, Duration patience) {
        try {
            future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void shutDownLoops() {
        loops.shutDown();
        buffers.close();
    }
}
