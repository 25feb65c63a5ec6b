package dev.mesosshuffle.transport;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.PeriodicTask;
import dev.mesosshuffle.dispatch.Dispatcher;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.memory.MemoryBudgets;
import dev.mesosshuffle.security.TlsContext;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Listens, and builds the pipeline of each connection. Started and stopped once, by one thread. */
public final class ShuffleServer {
    /** How long idle buffers stay pooled. */
    private static final Duration TRIM_INTERVAL = Duration.ofSeconds(5);

    /** The unit in which the allocator takes memory from the system. */
    private static final int CHUNK_BYTES = 1024 * 1024;

    /** In how many seconds an address may fill the memory for decoded messages with very large ones. */
    private static final int LARGE_FRAMES_SECONDS = 10;

    /** The other half is for what arrives. */
    private static final int PARTS = 2;

    /** Of what waits for its peer on an encrypted connection, there is an encrypted copy too. */
    private static final int PARTS_IF_ENCRYPTED = 4;

    private final EventLoops loops;
    private final Channel listener;
    private final ChannelGroup connections;
    private final ReplyBufferPool buffers;
    private final LargeMessages largeMessages;
    private final ConnectionGuard guard;
    private final PeriodicTask trimTask;

    private ShuffleServer(
            EventLoops loops,
            Channel listener,
            ChannelGroup connections,
            ReplyBufferPool buffers,
            LargeMessages largeMessages,
            ConnectionGuard guard) {
        this.loops = loops;
        this.listener = listener;
        this.connections = connections;
        this.buffers = buffers;
        this.largeMessages = largeMessages;
        this.guard = guard;
        this.trimTask = new PeriodicTask("reply-buffers", buffers::trim);
    }

    /**
     * Starts to listen.
     *
     * @param authentication whether clients must prove who they are
     * @param dispatcher creates the sessions that handle the requests
     * @param memory the budgets of what clients make the server keep
     * @param rateLimitedLogger logs what clients can cause at any rate
     * @param metricRegistry gets the metrics of connections and of their memory
     * @param events keeps which clients were refused
     * @param tls encrypts connections; null for none
     * @param kept the listening socket of an earlier process, which is adopted or discarded; null for none
     * @throws IOException if the address cannot be bound
     */
    public static ShuffleServer start(
            ServerConfig config,
            ClientAuthentication authentication,
            Dispatcher dispatcher,
            MemoryBudgets memory,
            RateLimitedLogger rateLimitedLogger,
            MetricRegistry metricRegistry,
            EventRecorder events,
            @Nullable TlsContext tls,
            @Nullable KeptListener kept)
            throws IOException {
        InetSocketAddress address = address(config);
        if (address.isUnresolved()) {
            throw new IOException("cannot listen on " + config.host() + ':' + config.port()
                    + ": unknown host; set spark.mesos.shuffle.service.host to an address or name of this machine");
        }
        PooledByteBufAllocator allocator = allocator();
        TransportMetrics metrics = new TransportMetrics(metricRegistry, allocator);
        ReplyBufferPool buffers = new ReplyBufferPool(
                allocator, replyBufferBytes(maxDirectBytes(), authentication.mode(), tls != null), memory.answers());
        ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        LargeMessages largeMessages = new LargeMessages(memory.decoded());
        AuthenticationReporter reporter = new AuthenticationReporter(
                new AuthenticationMetrics(metricRegistry),
                rateLimitedLogger,
                new RefusedClientEvents(events, System::nanoTime));
        ConnectionGuard guard = HandshakeGuard.of(authentication, reporter, System::nanoTime);
        ConnectionServices services = new ConnectionServices(
                dispatcher,
                buffers,
                config.limits(),
                largeMessages,
                memory.decoded(),
                metrics,
                new ConnectionFailures(metrics, rateLimitedLogger),
                guard);
        InboundAdmission admission = new InboundAdmission(
                memory.inbound(),
                System::nanoTime,
                largeFrameRate(memory.decoded().maxBytes(), config.limits().maxFrameBytes(), metrics));
        ConnectionLimiter limiter =
                new ConnectionLimiter(config.limits(), System::nanoTime, metrics, rateLimitedLogger);
        EventLoops loops = EventLoops.start(config);
        loops.prestart();
        loops.measureTurns(System::nanoTime, metricRegistry);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.acceptor(), loops.workers())
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new ListenerInitializer(System::nanoTime, metrics, rateLimitedLogger))
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childHandler(
                        new ConnectionInitializer(services, admission, limiter, connections, System::nanoTime, tls));
        applySocketOptions(bootstrap, config);
        ChannelFuture bound = ListenerOpening.open(bootstrap, loops, address, kept);
        ShuffleServer server = new ShuffleServer(loops, bound.channel(), connections, buffers, largeMessages, guard);
        if (!bound.isSuccess()) {
            server.shutDownLoops();
            throw BindFailures.explain(address, bound.cause());
        }
        server.trimTask.start(TRIM_INTERVAL, TRIM_INTERVAL);
        return server;
    }

    /** So that the very large messages of one address make the JVM collect its heap now and then, not all the time. */
    private static LargeFrameRate largeFrameRate(long decodedBytes, int maxFrameBytes, TransportMetrics metrics) {
        return new LargeFrameRate(
                Math.max(1, decodedBytes / LARGE_FRAMES_SECONDS),
                Math.max(decodedBytes, maxFrameBytes),
                System::nanoTime,
                metrics.delayedFrames);
    }

    /**
     * The part of all buffers that those of replies may take, in bytes.
     *
     * @param mode that of authentication, with which clients may choose encryption
     * @param tls whether TLS encrypts connections
     */
    static long replyBufferBytes(long maxDirectBytes, ClientAuthentication.Mode mode, boolean tls) {
        boolean mayEncrypt = tls || mode != ClientAuthentication.Mode.OFF;
        return maxDirectBytes / (mayEncrypt ? PARTS_IF_ENCRYPTED : PARTS);
    }

    /** The maximum size of all buffers outside the heap, in bytes. */
    public static long maxDirectBytes() {
        return PlatformDependent.maxDirectMemory();
    }

    /** Netty's default, but with chunks of 1 MiB: of 4 MiB, an idle daemon would use a few KB. */
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

    private static void applySocketOptions(ServerBootstrap bootstrap, ServerConfig config) {
        if (config.socketOptions().backLog() > 0) {
            bootstrap.option(ChannelOption.SO_BACKLOG, config.socketOptions().backLog());
        }
        if (config.socketOptions().receiveBuffer() > 0) {
            bootstrap.childOption(
                    ChannelOption.SO_RCVBUF, config.socketOptions().receiveBuffer());
        }
        if (config.socketOptions().sendBuffer() > 0) {
            bootstrap.childOption(
                    ChannelOption.SO_SNDBUF, config.socketOptions().sendBuffer());
        }
        if (config.socketOptions().tcpKeepAlive()) {
            bootstrap.childOption(ChannelOption.SO_KEEPALIVE, true);
        }
    }

    private static InetSocketAddress address(ServerConfig config) {
        return config.host() == null
                ? new InetSocketAddress(config.port())
                : new InetSocketAddress(config.host(), config.port());
    }

    /** The address on which it listens, with the actual port. */
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** The descriptor of the listening socket, which stays its own; empty if that is the JDK's. */
    public OptionalInt listenerDescriptor() {
        return KeptListener.descriptor(listener);
    }

    /** Whether it accepts connections. For any thread. */
    public boolean isListening() {
        return listener.isActive();
    }

    /**
     * Stops accepting connections and reading requests, waits for the pending replies, and closes all connections. Whoever has a
     * duplicate of the listening socket keeps it.
     *
     * @param timeout the longest time to wait for replies
     * @return whether all replies were sent
     */
    public boolean stop(Duration timeout) {
        listener.close().awaitUninterruptibly();
        CompletableFuture<?>[] drained = connections.stream()
                .map(channel -> channel.pipeline().get(ConnectionHandler.class))
                .filter(handler -> handler != null)
                .map(ConnectionHandler::drain)
                .toArray(CompletableFuture[]::new);
        boolean complete = await(CompletableFuture.allOf(drained), timeout);
        connections.close().awaitUninterruptibly();
        shutDownLoops();
        return complete;
    }

    /** The event loops, by their names in log messages. */
    public Map<String, Executor> loops() {
        return loops.byName();
    }

    private static boolean await(CompletableFuture<Void> future, Duration timeout) {
        try {
            future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void shutDownLoops() {
        trimTask.close();
        loops.shutDown();
        guard.close();
        largeMessages.close();
        buffers.close();
    }
}
