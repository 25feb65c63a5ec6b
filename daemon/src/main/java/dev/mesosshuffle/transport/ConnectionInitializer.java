package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.security.TlsContext;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Builds the pipeline of each connection that is admitted. For any event loop. */
final class ConnectionInitializer extends ChannelInitializer<Channel> {
    /** The number of connections whose unsent bytes only the kernel limits, to about 4 MB each. */
    private static final int UNBOUNDED_CONNECTIONS = 64;

    /** The limit of unsent bytes in the kernel for each further connection. */
    private static final long MAX_UNSENT_BYTES = 512 * 1024;

    /**
     * The longest read: with the part of a frame that was there before, what waits of a connection occupies no more than its
     * part of the buffers that {@code maxConnections} is derived from.
     */
    private static final int MAX_READ_BYTES = 16 * 1024;

    private static final int MIN_READ_BYTES = 64;
    private static final int FIRST_READ_BYTES = 2048;

    private final RecvByteBufAllocator reads =
            new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES);
    private final ConnectionServices services;
    private final InboundAdmission admission;
    private final ConnectionLimiter limiter;
    private final ChannelGroup connections;
    private final Ticker ticker;
    private final @Nullable TlsContext tls;

    /**
     * Creates one.
     *
     * @param tls encrypts connections; null for none
     */
    ConnectionInitializer(
            ConnectionServices services,
            InboundAdmission admission,
            ConnectionLimiter limiter,
            ChannelGroup connections,
            Ticker ticker,
            @Nullable TlsContext tls) {
        this.services = services;
        this.admission = admission;
        this.limiter = limiter;
        this.connections = connections;
        this.ticker = ticker;
        this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
        ConnectionActivity activity = new ConnectionActivity(ticker);
        if (!limiter.admit(channel, activity)) {
            var unused = channel.close();
            return;
        }
        channel.config().setRecvByteBufAllocator(reads);
        if (connections.size() >= UNBOUNDED_CONNECTIONS) {
            boundUnsent(channel);
        }
        ConnectionLimits limits = services.limits();
        ReadGate gate = new ReadGate(channel, ticker);
        ConnectionHandler handler = new ConnectionHandler(channel, services, gate, activity, ticker);
        FrameDecoder decoder = new FrameDecoder(
                limits.maxFrameBytes(),
                admission,
                gate,
                activity,
                new FrameDeadline(limits.frameTimeout().toNanos(), gate, ticker, handler::onFrameTimeout),
                new LoopTurn(ticker));
        channel.pipeline()
                .addLast(decoder)
                .addLast(new IdleStateHandler(0, 0, limits.idleTimeout().toMillis(), TimeUnit.MILLISECONDS));
        services.guard().guard(channel, new ConnectionGuard.Parts(decoder, gate, activity, handler));
        channel.pipeline().addLast(handler);
        if (tls != null) {
            tls.install(channel.pipeline(), ClientAddress.shareOf(channel), handler::sendCopies);
        }
        connections.add(channel);
    }

    /**
     * A thousand peers that do not read could fill the kernel's memory for all TCP connections of the host ({@code
     * net.ipv4.tcp_mem}), and the kernel would drop packets of all processes. The JDK's NIO has no such option.
     */
    private static void boundUnsent(Channel channel) {
        channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, MAX_UNSENT_BYTES);
    }
}
