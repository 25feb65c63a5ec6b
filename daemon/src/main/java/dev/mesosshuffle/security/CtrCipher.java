package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * Encrypts and decrypts a connection by AES/CTR, as bytes without frames, in place. Nothing notices a changed byte.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class CtrCipher extends ChannelDuplexHandler {
    private final CtrStream sent;
    private final CtrStream received;

    CtrCipher(byte[] key, byte[] sendIv, byte[] receiveIv) {
        sent = new CtrStream(key, sendIv);
        received = new CtrStream(key, receiveIv);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        context.fireChannelRead(apply(received, context, message));
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        var unused = context.write(apply(sent, context, message), promise);
    }

    private static ByteBuf apply(CtrStream stream, ChannelHandlerContext context, Object message) {
        ByteBuf bytes = WritableBytes.of(context.alloc(), message);
        boolean done = false;
        try {
            stream.apply(bytes);
            done = true;
            return bytes;
        } finally {
            if (!done) {
                bytes.release();
            }
        }
    }
}
