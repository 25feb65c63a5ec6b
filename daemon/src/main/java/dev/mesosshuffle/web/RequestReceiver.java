package dev.mesosshuffle.web;

import dev.mesosshuffle.concurrent.HeapShortage;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the one request of a connection, and hands it over to the threads. Whatever comes after it is not read.
 *
 * <p><b>Concurrency:</b> confined to the event loop.
 */
final class RequestReceiver extends SimpleChannelInboundHandler<HttpObject> {
    private static final Logger logger = LoggerFactory.getLogger(RequestReceiver.class);

    private final OpenConnections connections;
    private final RequestThreads threads;
    private final RequestLimits limits;
    private final AdminServerMetrics metrics;
    private @Nullable InetSocketAddress client;
    private @Nullable HttpRequest request;
    private @Nullable ChannelResponse response;
    private @Nullable ScheduledFuture<?> deadline;
    private int bodyBytes;
    private boolean complete;

    RequestReceiver(
            OpenConnections connections, RequestThreads threads, RequestLimits limits, AdminServerMetrics metrics) {
        this.connections = connections;
        this.threads = threads;
        this.limits = limits;
        this.metrics = metrics;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        deadline = context.executor()
                .schedule(() -> expired(context), limits.requestTime().toMillis(), TimeUnit.MILLISECONDS);
        connections.opened(context.channel());
        // A channel that is reset later may have forgotten it.
        client = (InetSocketAddress) context.channel().remoteAddress();
        if (client == null) {
            var unused = context.close();
        }
        context.fireChannelActive();
    }

    private void expired(ChannelHandlerContext context) {
        metrics.rejected();
        var unused = context.close();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
        if (complete || !context.channel().isActive()) {
            return;
        }
        if (part.decoderResult().isFailure()) {
            Throwable cause = part.decoderResult().cause();
            if (cause instanceof TooLongHttpLineException) {
                refuse(context, 414, "the request line is too long");
            } else if (cause instanceof TooLongHttpHeaderException) {
                refuse(context, 431, "the headers are too long");
            } else {
                refuse(context, 400, "no HTTP request");
            }
            return;
        }
        if (part instanceof HttpRequest head) {
            request = head;
            if (head.headers().contains(HttpHeaderNames.EXPECT)) {
                refuse(context, 417, "header Expect (expected: none)");
                return;
            }
            if (HttpUtil.getContentLength(head, 0L) > RequestLimits.MAX_BODY_BYTES) {
                refuseBody(context);
                return;
            }
        }
        if (part instanceof HttpContent content) {
            bodyBytes += content.content().readableBytes();
            if (bodyBytes > RequestLimits.MAX_BODY_BYTES) {
                refuseBody(context);
            } else if (content instanceof LastHttpContent && request != null && client != null) {
                received(context);
                threads.answer(request, client, newResponse(context));
            }
        }
    }

    private void refuseBody(ChannelHandlerContext context) {
        refuse(context, 413, "the request's body is too long (expected: none)");
    }

    private void refuse(ChannelHandlerContext context, int status, String reason) {
        metrics.rejected();
        received(context);
        newResponse(context).failInEventLoop(new HttpFailure(status, reason));
    }

    /** From here on, the answer has a time of its own. */
    private void received(ChannelHandlerContext context) {
        complete = true;
        connections.received(context.channel());
        // Whoever sends more fills its own buffers.
        context.channel().config().setAutoRead(false);
        if (deadline != null) {
            deadline.cancel(false);
        }
        deadline = context.executor()
                .schedule(() -> expired(context), limits.responseTime().toMillis(), TimeUnit.MILLISECONDS);
    }

    private ChannelResponse newResponse(ChannelHandlerContext context) {
        ChannelResponse created = new ChannelResponse(context.channel(), request);
        response = created;
        return created;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        wakeWriter();
    }

    private void wakeWriter() {
        if (response != null) {
            response.wakeWriter();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelResponse.ANSWERED) {
            connections.answered(context.channel());
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        connections.closed(context.channel());
        if (deadline != null) {
            deadline.cancel(false);
        }
        wakeWriter();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof OutOfMemoryError shortage) {
            HeapShortage.survived(shortage);
        }
        logger.debug("The connection from {} is closed", context.channel().remoteAddress(), cause);
        var unused = context.close();
    }
}
