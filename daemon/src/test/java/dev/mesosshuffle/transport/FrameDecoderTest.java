package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.testing.GoldenBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of up to 100 bytes are taken. */
class FrameDecoderTest {
    private final EmbeddedChannel channel = DecoderFixture.channel(100);

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void knowsAValidRequestThatIsTooLongByItsHead() {
        channel.writeInbound(bytes("0000000000000115 03 0000000000000007 00000100"));
        assertThat(channel.<Object>readInbound()).isEqualTo(new OversizedRequest(0x115, 7L));
    }

    @Test
    void knowsAOneWayMessageThatIsTooLong() {
        channel.writeInbound(bytes("000000000000010d 09 00000100 00 00000000 00000000"));
        assertThat(channel.<Object>readInbound()).isEqualTo(new OversizedRequest(0x10d, null));
    }

    @Test
    void throwsARequestThatIsTooLongAwayAndTakesTheNext() {
        String head = "0000000000000115 03 0000000000000007 00000100";
        String next = "000000000000000a 05 2a";
        String all = GoldenBytes.hex(head + "ff".repeat(256) + next);
        for (int i = 0; i < all.length(); i += 2) {
            channel.writeInbound(bytes(all.substring(i, i + 2)));
        }
        assertThat(channel.<Object>readInbound()).isEqualTo(new OversizedRequest(0x115, 7L));
        ByteBuf frame = channel.readInbound();
        assertThat(frame).isEqualTo(bytes("05 2a"));
        frame.release();
        assertThat(channel.<Object>readInbound()).isNull();
    }

    @Test
    void takesAFrameThatIsJustShortEnough() {
        channel.writeInbound(bytes("0000000000000064 03" + "00".repeat(91)));
        ByteBuf frame = channel.readInbound();
        assertThat(frame.readableBytes()).isEqualTo(92);
        frame.release();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // An HTTP request, and the greeting of TLS.
                "474554202f20485454502f312e310d0a0d0a00000000",
                "16030100c8010000c403030000000000000000000000",
                // A body whose length is not what is left of the frame's.
                "0000000000000115 03 0000000000000007 000000ff",
                "0000000000000115 03 0000000000000007 00000000",
                "000000000000010d 09 00000101 00 00000000 00000000",
                // Types that are never that long, and one that is none.
                "0000000000000115 00",
                "0000000000000115 06",
                "0000000000000115 2a",
                // Longer than any body's length can say.
                "0000000080000015 03 0000000000000007 80000000",
            })
    void doesNotTakeNoiseForARequest(String noise) {
        assertThatExceptionOfType(DecoderException.class).isThrownBy(() -> channel.writeInbound(bytes(noise)));
        assertThat(channel.<Object>readInbound()).isNull();
    }

    private static ByteBuf bytes(String golden) {
        return Unpooled.wrappedBuffer(ByteBufUtil.getBytes(GoldenBytes.bytes(golden)));
    }
}
