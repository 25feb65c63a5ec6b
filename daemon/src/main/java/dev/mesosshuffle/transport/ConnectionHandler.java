package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.dispatch.ClientIdentity;
import dev.mesosshuffle.dispatch.Session;
import dev.mesosshuffle.fetch.Connection;
import dev.mesosshuffle.fetch.ReplyBatch;
import dev.mesosshuffle.fetch.SendProgress;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.protocol.MalformedMessageException;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.Request;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.security.ProtectionException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: decodes its frames, passes the requests to its {@link Session}, and sends the replies.
 *
 * <p><b>Concurrency:</b> the handler's own methods run on the connection's event loop, those of {@link Connection} on
 * any thread.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter
        implements Connection, RequestReader.Listener, ReplyWriter.Listener, ConnectionGuard.ProofListener {
    private static final Logger logger = LoggerFactory.getLogger(ConnectionHandler.class);

    /** The part of what others leave of the memory for messages that those of one connection may occupy until answered. */
    private static final int UNANSWERED_PART = 4;

    private final Channel channel;
    private final String remoteAddress;

    /** Kept, because a closed channel has none any more. */
    private final Object clientGroup;

    private final ConnectionServices services;
    private final ReadGate gate;
    private final ConnectionActivity activity;
    private final Ticker ticker;
    private final RequestReader reader;
    private final ReplyWriter writer;
    private final WriteDeadline writeDeadline;
    private final Session session;

    private final PendingRequests pendingRequests;

    private boolean reset;
    private volatile boolean closedLocally;
    private volatile boolean idleTimeoutDisabled;

    ConnectionHandler(
            Channel channel, ConnectionServices services, ReadGate gate, ConnectionActivity activity, Ticker ticker) {
        this.channel = channel;
        this.remoteAddress = String.valueOf(channel.remoteAddress());
        this.clientGroup = ClientAddress.shareOf(channel);
        this.services = services;
        this.gate = gate;
        this.activity = activity;
        this.ticker = ticker;
        this.reader = new RequestReader(services.largeMessages(), gate, this);
        this.writer = new ReplyWriter(channel, this, services.buffers(), ticker, this);
        this.pendingRequests = new PendingRequests(gate, activity, writer.answers());
        this.writeDeadline =
                new WriteDeadline(channel, services.limits().writeTimeout().toNanos(), ticker, this::onWriteTimeout);
        ByteBudget decoded = services.decoded();
        this.session = services.dispatcher().newSession(this, decoded.fairShare(UNANSWERED_PART));
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        services.metrics().activeConnections.inc();
        services.metrics().registeredConnections.inc();
        context.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        try {
            session.onClosed(
                    closedLocally
                            ? CloseReason.CLOSED_LOCALLY
                            : reset ? CloseReason.RESET : CloseReason.CLOSED_BY_PEER);
        } finally {
            services.metrics().activeConnections.dec();
            services.metrics().registeredConnections.dec();
            writeDeadline.cancel();
            pendingRequests.completeIfDrained(false);
            context.fireChannelInactive();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws MalformedMessageException {
        activity.frameRead();
        if (message instanceof OversizedRequest oversized) {
            reject(oversized);
        } else if (message instanceof LargeFrame frame) {
            reader.read(frame);
        } else {
            reader.read((ByteBuf) message);
        }
    }

    @Override
    public void setDecodingElsewhere(boolean decoding) {
        pendingRequests.setDecodingElsewhere(decoding);
    }

    @Override
    public void onRequest(Request request) {
        if (!(request instanceof Request.OneWay)) {
            pendingRequests.add();
        }
        session.onRequest(request);
        pendingRequests.limit();
    }

    /** Replies with a failure: a client whose connection is closed would send the same request again. */
    private void reject(OversizedRequest oversized) {
        RpcMessage invalid = services.failures()
                .oversized(
                        remoteAddress, oversized.frameBytes(), services.limits().maxFrameBytes());
        if (!closedLocally && oversized.requestId() != null) {
            onRequest(new Request.Rpc(oversized.requestId(), invalid));
        }
    }

    @Override
    public void onProof(String appId, boolean isProtected) {
        if (isProtected) {
            writer.sendCopies();
        }
        session.identify(new ClientIdentity(appId));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        session.onReadComplete();
        context.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent
                && !idleTimeoutDisabled
                && pendingRequests.isEmpty()
                && writer.isIdle()
                && gate.isOpen()) {
            services.metrics().idleConnectionsClosed.inc();
            logger.debug("Closed the idle connection from {}", remoteAddress);
            close();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        services.metrics().caughtExceptions.inc();
        if (cause instanceof ProtectionException undecryptable) {
            services.failures().undecryptable(remoteAddress, undecryptable);
            close();
        } else if (cause instanceof IOException) {
            reset = true;
            logger.debug("Connection from {} failed: {}", remoteAddress, cause.toString());
            closeChannel();
        } else {
            onFailure(cause);
        }
    }

    @Override
    public void onFailure(Throwable cause) {
        try {
            services.failures().closed(remoteAddress, cause);
        } finally {
            close();
        }
    }

    /** A frame did not arrive completely within its time. */
    void onFrameTimeout() {
        services.failures().frameTimeout(remoteAddress, services.limits().frameTimeout());
        close();
    }

    private void onWriteTimeout() {
        services.failures().writeTimeout(remoteAddress, services.limits().writeTimeout());
        close();
    }

    @Override
    public void onUnsent() {
        writeDeadline.watch(writer::isIdle);
    }

    @Override
    public void onRepliesSent(int count, boolean success) {
        pendingRequests.remove(count);
        if (!success && channel.isOpen()) {
            reset = true;
            closeChannel();
        }
        pendingRequests.completeIfDrained(channel.isOpen());
    }

    @Override
    public void onWritable() {
        if (channel.isActive()) {
            session.onWritable();
        }
    }

    @Override
    public void onUnreadableBlock(Throwable cause) {
        if (cause instanceof OutOfMemoryError) {
            onFailure(cause);
        } else if (cause instanceof RejectedExecutionException overload) {
            services.failures().overloadedDisk(remoteAddress, overload);
            close();
        } else {
            services.failures().unreadableBlock(remoteAddress, cause);
            close();
        }
    }

    /** What encrypts the connection needs the bytes of all blocks in memory. On the event loop, before any block is asked for. */
    void sendCopies() {
        writer.sendCopies();
    }

    /**
     * Reads no more requests, and waits for the replies to those that were read. For any thread.
     *
     * @return completes when all replies were sent, or the connection is closed
     */
    CompletableFuture<Void> drain() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        execute(() -> pendingRequests.drain(result, channel.isOpen()));
        return result;
    }

    @Override
    public Object clientGroup() {
        return clientGroup;
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public boolean isClosedLocally() {
        return closedLocally;
    }

    @Override
    public boolean isOpen() {
        return !closedLocally && channel.isOpen();
    }

    @Override
    public void execute(Runnable task) {
        try {
            channel.eventLoop().execute(guarded(task));
        } catch (RejectedExecutionException e) {
            logger.debug("Dropped a task of the connection from {}: its event loop has ended", remoteAddress);
            writer.discard();
        }
    }

    @Override
    public Runnable prepare(Runnable task) {
        return new LoopHandover(channel, guarded(task), writer::discard);
    }

    /** The event loop would log that it fails, or keep it to itself, and the connection would wait for what never comes. */
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                services.metrics().caughtExceptions.inc();
                onFailure(e);
            }
        };
    }

    @Override
    public void executeLater(Runnable task) {
        Runnable guarded = guarded(task);
        try {
            // Unlike what is executed, it is not among the tasks for which the loop may delay its input by a second.
            var unused = channel.eventLoop().schedule(guarded, 0, TimeUnit.NANOSECONDS);
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
        return Math.min(services.limits().maxFrameBytes(), writer.answers().maxBytes(wantedBytes));
    }

    @Override
    public ReplyBatch newBatch(SendProgress progress) {
        return new BufferedReplyBatch(services.buffers(), writer, ticker, progress);
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
    public void requestSucceeded() {
        activity.succeeded();
    }

    @Override
    public void disableIdleTimeout() {
        idleTimeoutDisabled = true;
        activity.becomeDriver();
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
