package dev.mesosshuffle.web;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.security.TlsContext;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves operators over HTTP. Each connection serves one request, whose time and size are limited; so are the connections, and
 * the requests that are answered at a time.
 *
 * <p>What answers requests is made, and its classes are loaded, with the first connection: a start that nobody looks at is as
 * fast as without all that.
 *
 * <p><b>Concurrency:</b> has an event loop of its own, and a few threads while there are requests.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(AdminServer.class);

    private static final int TERMINATION_SECONDS = 2;
    private static final int BACKLOG = 64;

    private final AdminServerConfig config;
    private final @Nullable TlsContext tls;
    private final EventLoopGroup loop;
    private final Channel listener;
    private final Connections connections;

    private AdminServer(
            AdminServerConfig config,
            @Nullable TlsContext tls,
            EventLoopGroup loop,
            Channel listener,
            Connections connections) {
        this.config = config;
        this.tls = tls;
        this.loop = loop;
        this.listener = listener;
        this.connections = connections;
    }

    /**
     * Binds the address. Clients wait until {@link #start}.
     *
     * @param tls encrypts connections; null for none
     * @param metricRegistry gets {@code shuffleService.admin.*}
     * @throws IOException on one line, if the address cannot be bound
     */
    public static AdminServer bind(AdminServerConfig config, @Nullable TlsContext tls, MetricRegistry metricRegistry)
            throws IOException {
        return bind(config, tls, metricRegistry, RequestLimits.DEFAULTS);
    }

    /** With limits of a test. */
    static AdminServer bind(
            AdminServerConfig config, @Nullable TlsContext tls, MetricRegistry metricRegistry, RequestLimits limits)
            throws IOException {
        AdminServerMetrics metrics = new AdminServerMetrics(metricRegistry);
        Connections connections = new Connections(tls, limits, metrics);
        boolean epoll = Epoll.isAvailable();
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1,
                new DefaultThreadFactory("admin-server", true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.AUTO_READ, false)
                .childHandler(connections)
                .bind(new InetSocketAddress(config.host(), config.port()))
                .awaitUninterruptibly();
        AdminServer server = new AdminServer(config, tls, loop, bound.channel(), connections);
        if (!bound.isSuccess()) {
            server.endLoop();
            throw new IOException(
                    "cannot listen on " + config.host() + ':' + config.port() + ": "
                            + ErrorMessages.of(root(bound.cause())),
                    bound.cause());
        }
        return server;
    }

    /** Netty wraps the exception of a channel's constructor. */
    private static Throwable root(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /**
     * Begins to serve.
     *
     * @param routes returns what is served; called once, with the first connection, on the event loop
     * @param verifier knows who may ask; null if nobody has credentials
     */
    public void start(Supplier<List<RequestRoute>> routes, @Nullable CredentialVerifier verifier) {
        connections.served = new Served(config, routes, verifier);
        // On its own event loop, which is where everything else is loaded and done.
        listener.eventLoop().execute(() -> listener.config().setAutoRead(true));
    }

    /** Returns where it listens, with the actual port. */
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Closes all connections, and ends the event loop. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        connections.closeThreads();
        connections.all.close().awaitUninterruptibly(TERMINATION_SECONDS, TimeUnit.SECONDS);
        endLoop();
        // The first connection may have come a moment before.
        connections.closeThreads();
        if (tls != null) {
            tls.close();
        }
    }

    private void endLoop() {
        var unused = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        try {
            if (!loop.awaitTermination(TERMINATION_SECONDS, TimeUnit.SECONDS)) {
                logger.debug("The event loop of the admin server ends with the process");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is served, and to whom. */
    private record Served(
            AdminServerConfig config,
            Supplier<List<RequestRoute>> routes,
            @Nullable CredentialVerifier verifier) {}

    /** Sets new connections up. */
    @ChannelHandler.Sharable
    private static final class Connections extends ChannelInitializer<Channel> {
        private final ChannelGroup all = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        private final @Nullable TlsContext tls;
        private final RequestLimits limits;
        private final AdminServerMetrics metrics;
        private final OpenConnections open;
        private volatile @Nullable Served served;

        /** Made with the first connection, by the event loop. */
        private volatile @Nullable RequestThreads threads;

        Connections(@Nullable TlsContext tls, RequestLimits limits, AdminServerMetrics metrics) {
            this.tls = tls;
            this.limits = limits;
            this.metrics = metrics;
            this.open = new OpenConnections(limits.maxConnections(), metrics);
        }

        @Override
        protected void initChannel(Channel channel) {
            all.add(channel);
            channel.config().setAllocator(UnpooledByteBufAllocator.DEFAULT);
            ChannelPipeline pipeline = channel.pipeline();
            InetSocketAddress client = (InetSocketAddress) channel.remoteAddress();
            if (client == null) {
                // Reset already.
                var unused = channel.close();
                return;
            }
            if (tls != null) {
                pipeline.addLast(tls.newHandler(channel.alloc(), client.getAddress()));
            }
            pipeline.addLast(new HttpServerCodec(new HttpDecoderConfig()
                    .setMaxInitialLineLength(RequestLimits.MAX_LINE_BYTES)
                    .setMaxHeaderSize(RequestLimits.MAX_HEADER_BYTES)
                    .setMaxChunkSize(RequestLimits.MAX_BODY_BYTES)));
            pipeline.addLast(new RequestReceiver(open, threads(), limits, metrics));
        }

        private RequestThreads threads() {
            RequestThreads known = threads;
            if (known == null) {
                known = newThreads(Objects.requireNonNull(served, "not started"));
                threads = known;
            }
            return known;
        }

        private RequestThreads newThreads(Served what) {
            return new RequestThreads(
                    new RouteTable(what.routes().get()),
                    new AccessPolicy(
                            what.config(), tls != null, what.verifier(), new FailedAttempts(System::nanoTime), metrics),
                    limits,
                    metrics,
                    new RateLimitedLogger(System::nanoTime));
        }

        private void closeThreads() {
            RequestThreads known = threads;
            if (known != null) {
                known.close();
            }
        }
    }
}
