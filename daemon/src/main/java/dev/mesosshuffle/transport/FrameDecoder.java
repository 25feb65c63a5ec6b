package dev.mesosshuffle.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Splits the input into frames, and checks a frame's length before buffering it. A valid request that is too long becomes
 * an {@link OversizedRequest} whose bytes are discarded as they arrive; the connection continues.
 */
final class FrameDecoder extends LengthFieldBasedFrameDecoder {
    /** Each frame starts with its length, which includes these 8 bytes. */
    private static final int LENGTH_BYTES = 8;

    private final int maxFrameBytes;
    private long bytesToDiscard;

    FrameDecoder(int maxFrameBytes) {
        super(maxFrameBytes, 0, LENGTH_BYTES, -LENGTH_BYTES, LENGTH_BYTES);
        this.maxFrameBytes = maxFrameBytes;
    }

    @Override
    protected @Nullable Object decode(ChannelHandlerContext context, ByteBuf in) throws Exception {
        if (bytesToDiscard > 0) {
            discard(in);
            return null;
        }
        if (in.readableBytes() < LENGTH_BYTES) {
            return null;
        }
        long frameBytes = in.getLong(in.readerIndex());
        if (frameBytes > maxFrameBytes && OversizedRequest.mayBe(frameBytes, in)) {
            if (in.readableBytes() < OversizedRequest.HEAD_BYTES) {
                return null;
            }
            OversizedRequest request = OversizedRequest.of(in);
            if (request != null) {
                bytesToDiscard = frameBytes;
                discard(in);
                return request;
            }
        }
        return super.decode(context, in);
    }

    private void discard(ByteBuf in) {
        int bytes = (int) Math.min(bytesToDiscard, in.readableBytes());
        in.skipBytes(bytes);
        bytesToDiscard -= bytes;
    }
}
