package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;

/** Whatever bytes arrive, in whatever pieces: frames within the limit come out, or the connection is closed. */
class FrameDecoderFuzzTest {
    private static final int MAX_FRAME_BYTES = 4096;

    @FuzzTest(maxDuration = "30s")
    void cutsFramesWithinTheLimit(FuzzedDataProvider data) {
        EmbeddedChannel channel = DecoderFixture.channel(MAX_FRAME_BYTES);
        try {
            while (data.remainingBytes() > 0) {
                channel.writeInbound(Unpooled.wrappedBuffer(data.consumeBytes(data.consumeInt(1, 512))));
                takeAll(channel);
            }
            // What is incomplete is decoded once more at the end of a connection.
            channel.finish();
            takeAll(channel);
        } catch (DecoderException e) {
            assertThat(e).hasMessageNotContaining("Exception");
        } finally {
            // What is left of a frame is released at the end of the connection.
            var unused = channel.close();
            channel.releaseInbound();
        }
    }

    private static void takeAll(EmbeddedChannel channel) {
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (message instanceof ByteBuf frame) {
                assertThat(frame.readableBytes()).isLessThan(MAX_FRAME_BYTES);
                frame.release();
            } else {
                assertThat(message).isInstanceOf(OversizedRequest.class);
            }
        }
    }
}
