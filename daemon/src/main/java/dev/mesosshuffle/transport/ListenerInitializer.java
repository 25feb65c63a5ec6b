package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.logging.RateLimitedLogger;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;

/** Builds the pipeline of the channel that listens. Netty adds the handler that registers accepted connections at its end. */
final class ListenerInitializer extends ChannelInitializer<Channel> {
    private final Ticker ticker;
    private final TransportMetrics metrics;
    private final RateLimitedLogger rateLimitedLogger;

    ListenerInitializer(Ticker ticker, TransportMetrics metrics, RateLimitedLogger rateLimitedLogger) {
        this.ticker = ticker;
        this.metrics = metrics;
        this.rateLimitedLogger = rateLimitedLogger;
    }

    @Override
    protected void initChannel(Channel listener) {
        ReadGate gate = new ReadGate(listener, ticker);
        listener.pipeline()
                .addLast(new AcceptPacing(gate))
                .addLast(new AcceptFailureHandler(gate, metrics, rateLimitedLogger));
    }
}
