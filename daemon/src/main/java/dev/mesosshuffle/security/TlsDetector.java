package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.function.Function;

/**
 * Tells by a client's first byte whether it speaks TLS: a record of a handshake begins with 0x16, a frame of Spark with the
 * first byte of its length, which is 0. Takes itself out of the pipeline then.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class TlsDetector extends ByteToMessageDecoder {
    private static final int HANDSHAKE_RECORD = 0x16;

    private final Function<ByteBufAllocator, SslHandler> handlers;
    private final boolean optional;
    private final TlsFailures failures;
    private final Runnable onEncrypted;
    private boolean refused;

    /**
     * Creates a detector.
     *
     * @param handlers creates what encrypts the connection
     * @param optional whether a client without TLS is served
     * @param failures learns of one that is not
     * @param onEncrypted runs before any encrypted byte is passed on
     */
    TlsDetector(
            Function<ByteBufAllocator, SslHandler> handlers,
            boolean optional,
            TlsFailures failures,
            Runnable onEncrypted) {
        this.handlers = handlers;
        this.optional = optional;
        this.failures = failures;
        this.onEncrypted = onEncrypted;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (refused || !in.isReadable()) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.getUnsignedByte(in.readerIndex()) == HANDSHAKE_RECORD) {
            onEncrypted.run();
            SslHandler handler = handlers.apply(context.alloc());
            String name = context.name();
            context.pipeline().addAfter(name, null, new TlsEventHandler(failures));
            context.pipeline().addAfter(name, null, handler);
            context.pipeline().remove(this);
        } else if (optional) {
            context.pipeline().remove(this);
        } else {
            refused = true;
            in.skipBytes(in.readableBytes());
            failures.refusedPlainText(context.channel());
            var unused = context.close();
        }
    }
}
