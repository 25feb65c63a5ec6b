package dev.mesosshuffle.transport;

import dev.mesosshuffle.dispatch.Dispatcher;
import dev.mesosshuffle.dispatch.Session;
import dev.mesosshuffle.fetch.Connection;
import dev.mesosshuffle.fetch.ReplyBatch;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.protocol.MalformedMessageException;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.Request;
import dev.mesosshuffle.protocol.RequestDecoder;
import dev.mesosshuffle.protocol.RpcMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, between its frames and its {@link Session}.
 *
 * <p><b>Concurrency:</b> the handler's own methods run on the connection's event loop, those of {@link Connection} on
 * any thread.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter implements Connection, ReplyWriter.Listener {
    private static final Logger logger = LoggerFactory.getLogger(ConnectionHandler.class);

    /**
     * A client with this many requests unanswered is not read from until half of them are answered: one that asks and
     * never reads costs no more memory than these take.
     */
    private static final int MAX_UNANSWERED = 8192;

    private final Channel channel;
    private final String remoteAddress;
    private final ReplyBufferPool buffers;
    private final int maxFrameBytes;
    private final TransportMetrics metrics;
    private final RateLimitedLogger quietLog;
    private final ReplyWriter writer;
    private final Session session;

    private int unanswered;
    private boolean stoppedReading;
    private boolean broken;
    private volatile boolean closedByUs;
    private volatile boolean keptWhenIdle;
    private @Nullable CompletableFuture<Void> drained;

    ConnectionHandler(
            Channel channel,
            Dispatcher dispatcher,
            ReplyBufferPool buffers,
            int maxFrameBytes,
            TransportMetrics metrics,
            RateLimitedLogger quietLog) {
        this.channel = channel;
        this.remoteAddress = String.valueOf(channel.remoteAddress());
        this.buffers = buffers;
        this.maxFrameBytes = maxFrameBytes;
        this.metrics = metrics;
        this.quietLog = quietLog;
        this.writer = new ReplyWriter(channel, buffers, System::nanoTime, this);
        this.session = dispatcher.newSession(this);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        metrics.activeConnections.inc();
        metrics.registeredConnections.inc();
        context.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        metrics.activeConnections.dec();
        metrics.registeredConnections.dec();
        session.onClosed(
                closedByUs ? CloseReason.CLOSED_LOCALLY : broken ? CloseReason.RESET : CloseReason.CLOSED_BY_PEER);
        if (drained != null) {
            drained.complete(null);
        }
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws MalformedMessageException {
        if (message instanceof OversizedRequest oversized) {
            refuse(oversized);
            return;
        }
        ByteBuf frame = (ByteBuf) message;
        try {
            // What arrives behind a refused frame is not worth looking at.
            if (!closedByUs) {
                take(RequestDecoder.decode(frame));
            }
        } finally {
            frame.release();
        }
    }

    private void take(Request request) {
        if (!(request instanceof Request.OneWay)) {
            unanswered++;
            if (unanswered == MAX_UNANSWERED) {
                stoppedReading = true;
                channel.config().setAutoRead(false);
            }
        }
        session.onRequest(request);
    }

    /** Answers, for a client whose connection is closed would try the same again. */
    private void refuse(OversizedRequest oversized) {
        metrics.oversizedRequests.inc();
        quietLog.warn(
                logger,
                "oversized request",
                "Refused a request of " + oversized.frameBytes() + " bytes from " + remoteAddress
                        + ", for spark.mesos.shuffle.service.maxFrameSize is " + maxFrameBytes + " bytes: raise it, or"
                        + " have the application ask for fewer blocks at a time"
                        + " (spark.reducer.maxBlocksInFlightPerAddress).");
        RpcMessage refused = new RpcMessage.Refused(ProtocolErrors.badRequest("request of " + oversized.frameBytes()
                + " bytes (expected: at most " + maxFrameBytes + ", spark.mesos.shuffle.service.maxFrameSize)"));
        if (!closedByUs && oversized.requestId() != null) {
            take(new Request.Rpc(oversized.requestId(), refused));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        session.onBurstEnd();
        context.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent && !keptWhenIdle && unanswered == 0 && writer.isIdle()) {
            metrics.idleConnectionsClosed.inc();
            logger.debug("Closed the idle connection from {}", remoteAddress);
            close();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        metrics.caughtExceptions.inc();
        if (cause instanceof IOException) {
            broken = true;
            logger.debug("Connection from {} broke: {}", remoteAddress, cause.toString());
            closeChannel();
        } else if (cause instanceof DecoderException || cause instanceof MalformedMessageException) {
            metrics.refusedFrames.inc();
            quietLog.warn(
                    logger,
                    "frame",
                    "Closed the connection from " + remoteAddress + ", which does not speak Spark's shuffle protocol: "
                            + ErrorMessages.of(cause));
            close();
        } else if (cause instanceof OutOfMemoryError) {
            quietLog.warn(
                    logger,
                    "memory",
                    "Closed the connection from " + remoteAddress + ", for there is no memory left: "
                            + ErrorMessages.of(cause) + ". Raise SPARK_DAEMON_MEMORY; the client tries again.");
            close();
        } else {
            quietLog.error(
                    logger,
                    "unexpected error",
                    "Closed the connection from " + remoteAddress + " after an unexpected error",
                    cause);
            close();
        }
    }

    @Override
    public void onRepliesSent(int count, boolean success) {
        unanswered -= count;
        if (stoppedReading && unanswered <= MAX_UNANSWERED / 2 && drained == null) {
            stoppedReading = false;
            channel.config().setAutoRead(true);
        }
        if (!success && channel.isOpen()) {
            broken = true;
            closeChannel();
        }
        completeIfDrained();
    }

    @Override
    public void onRoomForBlocks() {
        if (channel.isActive()) {
            session.onRoomForBlocks();
        }
    }

    @Override
    public void onUnreadableBlock(Throwable cause) {
        quietLog.warn(
                logger,
                "block cut off",
                "Closed the connection from " + remoteAddress + " in the middle of a block that cannot be read on: "
                        + ErrorMessages.of(cause) + ". Look after the disk; the client tries again.");
        close();
    }

    /**
     * Takes no more requests and lets those that were taken be answered.
     *
     * @return completes when all are answered, or the connection is gone
     */
    CompletableFuture<Void> drain() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        execute(() -> {
            drained = result;
            channel.config().setAutoRead(false);
            completeIfDrained();
        });
        return result;
    }

    private void completeIfDrained() {
        if (drained != null && (unanswered <= 0 || !channel.isOpen())) {
            drained.complete(null);
        }
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public void execute(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            logger.debug("Dropped a task of the connection from {}: its event loop is gone", remoteAddress);
            writer.discard();
        }
    }

    @Override
    public void send(Reply reply) {
        writer.queue(reply);
    }

    @Override
    public ReplyBatch newBatch(IntConsumer answered) {
        return new BufferedReplyBatch(buffers, writer, System::nanoTime, answered);
    }

    @Override
    public void flush() {
        writer.flush();
    }

    @Override
    public boolean hasRoomForBlocks() {
        return writer.hasRoomForBlocks();
    }

    @Override
    public void keepWhenIdle() {
        keptWhenIdle = true;
        // A driver whose host is gone would stay connected for ever; the kernel finds out.
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    }

    @Override
    public void close() {
        closedByUs = true;
        closeChannel();
    }

    private void closeChannel() {
        var unused = channel.close();
    }
}
