package dev.mesosshuffle.transport;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.events.RecentEvents;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.security.ConnectionProtection;
import dev.mesosshuffle.security.ProtectionInstaller;
import dev.mesosshuffle.testing.GoldenBytes;
import dev.mesosshuffle.testing.ManualTicker;
import dev.mesosshuffle.testing.ScriptedHandshake;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One connection that begins with a handshake, whose steps are computed when a test says so. */
final class HandshakeFixture {
    static final int MAX_FRAME_BYTES = 64 * 1024;

    final ManualTicker ticker = new ManualTicker();
    final MetricRegistry metrics = new MetricRegistry();
    final AtomicInteger openHandshakes = new AtomicInteger();
    final Queue<Runnable> steps = new ArrayDeque<>();

    /** Those of challenges. */
    final Queue<Runnable> challenges = new ArrayDeque<>();

    final EmbeddedChannel channel = new EmbeddedChannel();
    final ConnectionActivity activity = new ConnectionActivity(ticker);

    /** What operators see of the recent past. */
    final RecentEvents events = new RecentEvents(() -> 0);

    final AuthenticationReporter reporter = new AuthenticationReporter(
            new AuthenticationMetrics(metrics), new RateLimitedLogger(ticker), new RefusedClientEvents(events, ticker));

    /** The frames that passed, in hex. */
    final List<String> passed = new ArrayList<>();

    /** The application that the client proved to be of, each time. */
    final List<String> proofs = new ArrayList<>();

    @Nullable
    Throwable failure;

    boolean rejectsSteps;

    private long lastRequestId;

    HandshakeFixture(ClientAuthentication.Mode mode, ConnectionProtection protection) {
        channel.freezeTime();
        ReadGate gate = new ReadGate(channel, ticker);
        FrameDecoder decoder = new FrameDecoder(
                MAX_FRAME_BYTES,
                new InboundAdmission(ByteBudget.of(1 << 20), ticker, FrameRates.unlimited()),
                gate,
                activity,
                new FrameDeadline(0, gate, ticker, () -> {}),
                new LoopTurn(ticker));
        HandshakeServices services = new HandshakeServices(
                new ClientAuthentication(mode, () -> new ScriptedHandshake(protection, openHandshakes)),
                new HandshakeExecutor(
                        (client, task) -> submit(steps, task), (client, task) -> submit(challenges, task), ticker),
                new ProtectionInstaller((client, task) -> task.run()),
                reporter);
        channel.pipeline().addLast(decoder);
        new HandshakeGuard(services, new AuthenticationThreads(), ticker)
                .guard(
                        channel,
                        new ConnectionGuard.Parts(
                                decoder,
                                gate,
                                activity,
                                (appId, isProtected) -> proofs.add(appId + ' ' + isProtected)));
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object frame) {
                passed.add(
                        frame instanceof ByteBuf bytes
                                ? ByteBufUtil.hexDump(bytes)
                                : frame.getClass().getSimpleName());
                if (frame instanceof LargeFrame large) {
                    large.close();
                } else {
                    ReferenceCountUtil.release(frame);
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                failure = cause;
                var unused = context.close();
            }
        });
    }

    private void submit(Queue<Runnable> queue, Runnable task) {
        if (rejectsSteps) {
            throw new RejectedExecutionException("full");
        }
        queue.add(task);
    }

    /** A step of a handshake as a frame, with its length. */
    static ByteBuf step(int tag, long requestId, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return Unpooled.buffer()
                .writeLong(22 + body.length)
                .writeByte(3)
                .writeLong(requestId)
                .writeInt(1 + body.length)
                .writeByte(tag)
                .writeBytes(body);
    }

    /** A frame, which is given without its length. */
    static ByteBuf frame(String golden) {
        ByteBuf bytes = GoldenBytes.bytes(golden);
        return Unpooled.wrappedBuffer(Unpooled.buffer().writeLong(Long.BYTES + bytes.readableBytes()), bytes);
    }

    /** Sends a step of SASL. */
    void send(String text) {
        channel.writeInbound(step(0xea, ++lastRequestId, text));
    }

    /** Sends a step and has it computed. Returns the answer, or null if there is none. */
    @Nullable
    String ask(String text) {
        send(text);
        compute();
        return answer();
    }

    /** Computes the step that waits. */
    void compute() {
        (steps.isEmpty() ? challenges : steps).remove().run();
        channel.runPendingTasks();
    }

    /** The next answer without its length: {@code ok TEXT} or {@code failed TEXT}; null if there is none. */
    @Nullable
    String answer() {
        ByteBuf out = channel.readOutbound();
        if (out == null) {
            return null;
        }
        try {
            byte type = out.getByte(Long.BYTES);
            String text = out.toString(21, out.readableBytes() - 21, StandardCharsets.UTF_8);
            return (type == 4 ? "ok " : "failed ") + text;
        } finally {
            out.release();
        }
    }

    void pass(Duration time) {
        for (long second = 0; second < time.toSeconds(); second++) {
            ticker.pass(Duration.ofSeconds(1));
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    long count(String metric) {
        Counter counter = metrics.getCounters().get("shuffleService.authentication." + metric);
        if (counter == null) {
            throw new AssertionError("no metric " + metric);
        }
        return counter.getCount();
    }

    /** All that were refused, for whichever reason. */
    long refused() {
        return metrics.getCounters((name, metric) -> name.contains(".refused.")).values().stream()
                .mapToLong(Counter::getCount)
                .sum();
    }
}
