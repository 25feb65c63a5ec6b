package dev.mesosshuffle.transport;

import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.testing.ManualTicker;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;

/** A frame decoder with its helpers, on a channel without a socket. */
final class DecoderFixture {
    static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    final ManualTicker ticker = new ManualTicker();
    final EmbeddedChannel channel = new EmbeddedChannel();
    final ReadGate gate = new ReadGate(channel, ticker);
    final ConnectionActivity activity = new ConnectionActivity(ticker);
    final FrameDecoder decoder;
    boolean missed;

    /** How often the socket was to be read. */
    int reads;

    DecoderFixture(int maxFrameBytes, InboundAdmission admission) {
        decoder = new FrameDecoder(
                maxFrameBytes,
                admission,
                gate,
                activity,
                new FrameDeadline(TIMEOUT_NANOS, gate, ticker, () -> missed = true),
                new LoopTurn(ticker));
        channel.freezeTime();
        channel.pipeline()
                .addLast(new ChannelOutboundHandlerAdapter() {
                    @Override
                    public void read(ChannelHandlerContext context) {
                        reads++;
                        context.read();
                    }
                })
                .addLast(decoder);
    }

    /** A channel with a decoder that has memory for every frame. */
    static EmbeddedChannel channel(int maxFrameBytes) {
        return new DecoderFixture(
                        maxFrameBytes, new InboundAdmission(ByteBudget.of(1 << 30), () -> 0, FrameRates.unlimited()))
                .channel;
    }
}
