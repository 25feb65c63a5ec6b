package dev.mesosshuffle.security;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;

/**
 * Reports once how a connection's TLS has failed, and closes it. Lies behind the handler that encrypts.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class TlsEventHandler extends ChannelInboundHandlerAdapter {
    private final TlsFailures failures;
    private boolean reported;

    TlsEventHandler(TlsFailures failures) {
        this.failures = failures;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                failures.handshakeDone();
            } else if (context.channel().isActive()) {
                // Otherwise the peer has left, as one does that only looks whether somebody listens.
                report(context, completion.cause());
            }
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable reason = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (reason instanceof SSLException || reason instanceof RejectedExecutionException) {
            report(context, reason);
            var unused = context.close();
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    private void report(ChannelHandlerContext context, Throwable cause) {
        if (!reported) {
            reported = true;
            if (cause instanceof RejectedExecutionException && !(cause instanceof RenegotiationException)) {
                failures.overloaded(context.channel());
            } else {
                failures.failed(context.channel(), cause);
            }
        }
    }
}
