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
 * One connection: decodes its frames, passes the requests to its {@link Session}, and sends the replies.
 *
 * <p><b>Concurrency:</b> the handler's own methods run on the connection's event loop, those of {@link Connection} on
 * any thread.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter implements Connection, ReplyWriter.Listener {
    private static final Logger logger = LoggerFactory.getLogger(ConnectionHandler.class);

    /**
     * At this number of pending requests, nothing more is read from a client until half of them have replies: a client that
     * sends and never reads costs no more memory than these requests.
     */
    private static final int MAX_PENDING_REQUESTS = 8192;

    private final Channel channel;
    private final String remoteAddress;
    private final ReplyBufferPool buffers;
    private final int maxFrameBytes;
    private final TransportMetrics metrics;
    private final RateLimitedLogger rateLimitedLogger;
    private final ReplyWriter writer;
    private final Session session;

    private int pendingRequests;
    private boolean autoReadDisabled;
    private boolean reset;
    private volatile boolean closedLocally;
    private volatile boolean idleTimeoutDisabled;
    private @Nullable CompletableFuture<Void> drained;

    ConnectionHandler(
            Channel channel,
            Dispatcher dispatcher,
            ReplyBufferPool buffers,
            int maxFrameBytes,
            TransportMetrics metrics,
            RateLimitedLogger rateLimitedLogger) {
        this.channel = channel;
        this.remoteAddress = String.valueOf(channel.remoteAddress());
        this.buffers = buffers;
        this.maxFrameBytes = maxFrameBytes;
        this.metrics = metrics;
        this.rateLimitedLogger = rateLimitedLogger;
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
                closedLocally ? CloseReason.CLOSED_LOCALLY : reset ? CloseReason.RESET : CloseReason.CLOSED_BY_PEER);
        if (drained != null) {
            drained.complete(null);
        }
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws MalformedMessageException {
        if (message instanceof OversizedRequest oversized) {
            reject(oversized);
            return;
        }
        ByteBuf frame = (ByteBuf) message;
        try {
            // Frames after a malformed one are not decoded.
            if (!closedLocally) {
                handle(RequestDecoder.decode(frame));
            }
        } finally {
            frame.release();
        }
    }

    private void handle(Request request) {
        if (!(request instanceof Request.OneWay)) {
            pendingRequests++;
        }
        session.onRequest(request);
        if (!autoReadDisabled
                && (pendingRequests >= MAX_PENDING_REQUESTS || writer.answers().isFull())) {
            autoReadDisabled = true;
            channel.config().setAutoRead(false);
        }
    }

    /** Replies with a failure: a client whose connection is closed would send the same request again. */
    private void reject(OversizedRequest oversized) {
        metrics.oversizedRequests.inc();
        rateLimitedLogger.warn(
                logger,
                "oversized request",
                "Rejected a request of " + oversized.frameBytes() + " bytes from " + remoteAddress
                        + ": spark.mesos.shuffle.service.maxFrameSize is " + maxFrameBytes + " bytes. Raise it, or"
                        + " have the application request fewer blocks at a time"
                        + " (spark.reducer.maxBlocksInFlightPerAddress).");
        RpcMessage invalid = new RpcMessage.Invalid(ProtocolErrors.badRequest("request of " + oversized.frameBytes()
                + " bytes (expected: at most " + maxFrameBytes + ", spark.mesos.shuffle.service.maxFrameSize)"));
        if (!closedLocally && oversized.requestId() != null) {
            handle(new Request.Rpc(oversized.requestId(), invalid));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        session.onReadComplete();
        context.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent && !idleTimeoutDisabled && pendingRequests == 0 && writer.isIdle()) {
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
            reset = true;
            logger.debug("Connection from {} failed: {}", remoteAddress, cause.toString());
            closeChannel();
        } else if (cause instanceof DecoderException || cause instanceof MalformedMessageException) {
            metrics.malformedFrames.inc();
            rateLimitedLogger.warn(
                    logger,
                    "frame",
                    "Closed the connection from " + remoteAddress + ", which does not speak Spark's shuffle protocol: "
                            + ErrorMessages.of(cause));
            close();
        } else if (cause instanceof OutOfMemoryError) {
            rateLimitedLogger.warn(
                    logger,
                    "memory",
                    "Closed the connection from " + remoteAddress + " for lack of memory: " + ErrorMessages.of(cause)
                            + ". Raise SPARK_DAEMON_MEMORY; the client retries.");
            close();
        } else {
            rateLimitedLogger.error(
                    logger,
                    "unexpected error",
                    "Closed the connection from " + remoteAddress + " after an unexpected error",
                    cause);
            close();
        }
    }

    @Override
    public void onRepliesSent(int count, boolean success) {
        pendingRequests -= count;
        if (autoReadDisabled
                && pendingRequests <= MAX_PENDING_REQUESTS / 2
                && !writer.answers().isFull()
                && drained == null) {
            autoReadDisabled = false;
            channel.config().setAutoRead(true);
        }
        if (!success && channel.isOpen()) {
            reset = true;
            closeChannel();
        }
        completeIfDrained();
    }

    @Override
    public void onWritable() {
        if (channel.isActive()) {
            session.onWritable();
        }
    }

    @Override
    public void onUnreadableBlock(Throwable cause) {
        rateLimitedLogger.warn(
                logger,
                "truncated block",
                "Closed the connection from " + remoteAddress + " because the rest of a block cannot be read: "
                        + ErrorMessages.of(cause) + ". Check the disk; the client retries.");
        close();
    }

    /**
     * Reads no more requests, and waits for the replies to those that were read. For any thread.
     *
     * @return completes when all replies were sent, or the connection is closed
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
        if (drained != null && (pendingRequests <= 0 || !channel.isOpen())) {
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
            logger.debug("Dropped a task of the connection from {}: its event loop has ended", remoteAddress);
            writer.discard();
        }
    }

    @Override
    public void send(Reply reply) {
        writer.queue(reply);
    }

    @Override
    public long maxAnswerBytes(long wantedBytes) {
        return Math.min(maxFrameBytes, writer.answers().maxBytes(wantedBytes));
    }

    @Override
    public ReplyBatch newBatch(IntConsumer onFinished) {
        return new BufferedReplyBatch(buffers, writer, System::nanoTime, onFinished);
    }

    @Override
    public void flush() {
        writer.flush();
    }

    @Override
    public boolean isWritable() {
        return writer.isWritable();
    }

    @Override
    public void disableIdleTimeout() {
        idleTimeoutDisabled = true;
        // Keep-alive detects a driver whose host has failed.
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    }

    @Override
    public void close() {
        closedLocally = true;
        closeChannel();
    }

    private void closeChannel() {
        var unused = channel.close();
    }
}
