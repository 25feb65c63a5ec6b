package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.protocol.HandshakeMessage;
import dev.mesosshuffle.protocol.MalformedMessageException;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.Request;
import dev.mesosshuffle.protocol.RequestDecoder;
import dev.mesosshuffle.security.ConnectionProtection;
import dev.mesosshuffle.security.HandshakeOutcome;
import dev.mesosshuffle.security.RefusalReason;
import dev.mesosshuffle.security.ServerHandshake;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a connection's other handlers until its client has proved who it is, and lets no request pass before that.
 * The client sends one message at a time and waits for its answer, which is computed elsewhere. After the proof, one task of the
 * event loop sends the last answer in clear, protects all further bytes, and tells who the client is. If AES does, this handler
 * stays until the client's first encrypted bytes, which complete the proof.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop; the handshake is used by one other thread at a time.
 */
final class HandshakeHandler extends ChannelInboundHandlerAdapter
        implements HandshakeDeadline.Listener, HandshakeComputation.Listener {
    /** Clients try two kinds of handshakes. */
    private static final int MAX_RETRIES = 3;

    private final HandshakeServices services;
    private final ConnectionGuard.Parts connection;
    private final Ticker ticker;
    private final HandshakeDeadline deadline;

    private @Nullable ChannelHandlerContext context;
    private String remoteAddress = "";
    private @Nullable ServerHandshake handshake;
    private boolean answerPending;
    private boolean closing;
    private int retries;

    HandshakeHandler(HandshakeServices services, ConnectionGuard.Parts connection, Ticker ticker) {
        this.services = services;
        this.connection = connection;
        this.ticker = ticker;
        this.deadline = new HandshakeDeadline(ticker, this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        remoteAddress = String.valueOf(added.channel().remoteAddress());
        if (isRequired()) {
            deadline.start(added);
        }
    }

    private boolean isRequired() {
        return services.authentication().mode() == ClientAuthentication.Mode.REQUIRED;
    }

    @Override
    public void channelRead(ChannelHandlerContext its, Object frame) {
        HandshakeMessage message;
        try {
            message = frame instanceof ByteBuf bytes
                    ? HandshakeMessage.of(bytes, ServerHandshake.MAX_MESSAGE_BYTES)
                    : null;
        } catch (MalformedMessageException e) {
            release(frame);
            if (!closing) {
                refuse("", RefusalReason.MALFORMED);
            }
            return;
        }
        if (message == null && handshake == null && !isRequired() && !closing) {
            // What was sent by a client that does not authenticate goes on as it is.
            services.reporter().unauthenticated(remoteAddress);
            remove(its);
            its.fireChannelRead(frame);
            return;
        }
        try {
            if (closing) {
                return;
            }
            if (answerPending) {
                refuse("", RefusalReason.MALFORMED);
            } else if (message == null) {
                refuseRequest(frame);
            } else {
                answer(its, message);
            }
        } finally {
            release(frame);
        }
    }

    private static void release(Object frame) {
        if (frame instanceof LargeFrame large) {
            large.close();
        } else {
            ReferenceCountUtil.release(frame);
        }
    }

    /** Answers a request, if there can be an answer, so that its user learns what is missing. */
    private void refuseRequest(Object frame) {
        Long requestId = requestId(frame);
        services.reporter().refused(remoteAddress, "", RefusalReason.NO_HANDSHAKE, false);
        if (requestId == null) {
            close();
        } else {
            closeAfter(send(Reply.failed(requestId, ProtocolErrors.NOT_AUTHENTICATED)));
        }
    }

    private static @Nullable Long requestId(Object frame) {
        if (frame instanceof OversizedRequest oversized) {
            return oversized.requestId();
        }
        ByteBuf bytes = frame instanceof LargeFrame large ? large.bytes() : (ByteBuf) frame;
        try {
            Request request = RequestDecoder.refused(bytes, ProtocolErrors.NOT_AUTHENTICATED);
            return request instanceof Request.Rpc rpc ? rpc.requestId() : null;
        } catch (MalformedMessageException e) {
            return null;
        }
    }

    private void answer(ChannelHandlerContext its, HandshakeMessage message) {
        ServerHandshake current = handshake;
        if (current == null) {
            current = services.authentication().handshakes().get();
            handshake = current;
            deadline.start(its);
        }
        deadline.messageArrived();
        setPending(true);
        try {
            new HandshakeComputation(services, its, ticker, this).start(current, message);
        } catch (RejectedExecutionException e) {
            setPending(false);
            refuse("", RefusalReason.OVERLOADED);
        } catch (OutOfMemoryError e) {
            setPending(false);
            throw e;
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext its = context;
        if (its == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return its;
    }

    @Override
    public void onLate() {
        setPending(false);
        if (isClosed()) {
            closeHandshake();
        } else {
            onUnanswered();
        }
    }

    private boolean isClosed() {
        return closing || !context().channel().isActive();
    }

    @Override
    public void onFailed(Throwable failure) {
        setPending(false);
        closing = true;
        closeHandshake();
        // Logged there.
        context().fireExceptionCaught(failure);
        close();
    }

    @Override
    public void onAnswered(HandshakeMessage message, HandshakeOutcome outcome) {
        setPending(false);
        deadline.answered();
        if (isClosed()) {
            HandshakeComputation.discard(outcome);
            closeHandshake();
        } else if (outcome instanceof HandshakeOutcome.Continued continued) {
            var unused = send(Reply.handshake(message.requestId(), continued.reply()));
        } else if (outcome instanceof HandshakeOutcome.Refused refused) {
            onRefused(message, refused);
        } else if (connection.decoder().hasLeftover()) {
            // It would be taken for what comes after the proof.
            HandshakeComputation.discard(outcome);
            refuse(((HandshakeOutcome.Authenticated) outcome).appId(), RefusalReason.MALFORMED);
        } else {
            onProof(message, (HandshakeOutcome.Authenticated) outcome);
        }
    }

    private void onRefused(HandshakeMessage message, HandshakeOutcome.Refused refused) {
        boolean mayRetry = refused.mayRetry() && ++retries <= MAX_RETRIES;
        services.reporter().refused(remoteAddress, refused.claimedAppId(), refused.reason(), mayRetry);
        ChannelFuture sent = send(Reply.failed(message.requestId(), refused.error()));
        if (!mayRetry) {
            closeAfter(sent);
        }
    }

    private void onProof(HandshakeMessage message, HandshakeOutcome.Authenticated proof) {
        ChannelHandlerContext its = context();
        ConnectionProtection protection = proof.protection();
        var unused = send(Reply.handshake(message.requestId(), proof.reply()));
        services.protections()
                .install(
                        its.pipeline(),
                        ClientAddress.shareOf(its.channel()),
                        protection,
                        (mode, version) -> {
                            services.reporter().detected(remoteAddress, mode);
                            accept(its, message.kind(), proof);
                        },
                        connection.gate());
        closeHandshake();
        connection.listener().onProof(proof.appId(), !(protection instanceof ConnectionProtection.None));
        if (!(protection instanceof ConnectionProtection.Aes)) {
            accept(its, message.kind(), proof);
        }
    }

    /**
     * The client is who it claims to be. With AES that is known only now: a message that was recorded of another client gets an
     * answer as well, but whoever repeats it does not know the keys that its first encrypted bytes need.
     */
    private void accept(ChannelHandlerContext its, HandshakeMessage.Kind kind, HandshakeOutcome.Authenticated proof) {
        services.reporter().succeeded(remoteAddress, proof.appId(), kind, proof.protection());
        remove(its);
    }

    /** Requests pass from here on. */
    private void remove(ChannelHandlerContext its) {
        connection.decoder().unlimitFrames();
        connection.activity().proved();
        its.pipeline().remove(this);
    }

    private void setPending(boolean isPending) {
        if (answerPending != isPending) {
            answerPending = isPending;
            connection.activity().setBusy(isPending);
            services.reporter().metrics().pendingHandshakes.inc(isPending ? 1 : -1);
        }
    }

    private ChannelFuture send(Reply reply) {
        ChannelHandlerContext its = context();
        ByteBuf bytes = its.alloc().buffer(reply.encodedLength());
        reply.writeTo(bytes);
        return its.writeAndFlush(bytes);
    }

    /** Closes the connection without an answer: the client tries again. */
    private void refuse(String claimedAppId, RefusalReason reason) {
        services.reporter().refused(remoteAddress, claimedAppId, reason, false);
        close();
    }

    private void closeAfter(ChannelFuture sent) {
        closing = true;
        sent.addListener(ChannelFutureListener.CLOSE);
    }

    private void close() {
        closing = true;
        var unused = context().close();
    }

    @Override
    public void onSilent() {
        services.reporter().silent(remoteAddress);
        close();
    }

    @Override
    public void onSlow() {
        refuse("", RefusalReason.TIMEOUT);
    }

    @Override
    public void onUnanswered() {
        refuse("", RefusalReason.OVERLOADED);
    }

    @Override
    public void channelInactive(ChannelHandlerContext its) {
        closing = true;
        closeHandshake();
        its.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext its) {
        deadline.cancel();
        closing = true;
        closeHandshake();
    }

    /** Not while another thread uses it; then whoever gets its outcome calls this again. */
    private void closeHandshake() {
        if (handshake != null && !answerPending) {
            handshake.close();
            handshake = null;
        }
    }
}
