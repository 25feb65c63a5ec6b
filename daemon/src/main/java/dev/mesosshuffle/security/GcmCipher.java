package dev.mesosshuffle.security;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts and decrypts a connection by AES/GCM, as messages in Spark's format. After a message that is not genuine, nothing
 * more is passed on, and the connection is closed.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class GcmCipher extends ChannelDuplexHandler implements RecordCipher {
    private final GcmEncryptor encryptor;
    private final GcmDecryptor decryptor;
    private boolean failed;

    GcmCipher(byte[] key) {
        encryptor = new GcmEncryptor(key);
        decryptor = new GcmDecryptor(key);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf received = (ByteBuf) message;
        ByteBuf plain = null;
        try {
            if (!failed) {
                plain = decrypt(context, received);
            }
        } finally {
            received.release();
        }
        if (plain != null) {
            context.fireChannelRead(plain);
        }
    }

    private @Nullable ByteBuf decrypt(ChannelHandlerContext context, ByteBuf received) {
        try {
            return decryptor.decrypt(context.alloc(), received);
        } catch (ProtectionException | RuntimeException e) {
            failed = true;
            decryptor.close();
            context.fireExceptionCaught(e);
            var unused = context.close();
            return null;
        }
    }

    @Override
    public boolean isRecordIncomplete() {
        return decryptor.isMessageIncomplete();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        ByteBuf plain = WritableBytes.of(context.alloc(), message);
        if (plain.isReadable()) {
            encryptor.write(context, plain, promise);
        } else {
            var unused = context.write(plain, promise);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        decryptor.close();
    }
}
