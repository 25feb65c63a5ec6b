package dev.mesosshuffle.transport;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramePartsTest {
    private static final int FIRST = FrameParts.FIRST_PART_BYTES;
    private static final int PART = FrameParts.PART_BYTES;

    private final ByteBuf in = Unpooled.buffer();

    @AfterEach
    void close() {
        in.release();
    }

    @Test
    void allocatesLittleForAFrameThatIsOnlyAnnounced() {
        FrameParts parts = parts(16 * PART);
        assertThat(parts.allocatedBytes()).isZero();
        take(parts, 1);
        assertThat(parts.allocatedBytes()).isEqualTo(FIRST);
        parts.release();
    }

    @Test
    void allocatesAPartWhenThoseBeforeHaveArrived() {
        FrameParts parts = parts(16 * PART);
        take(parts, FIRST);
        assertThat(parts.allocatedBytes()).isEqualTo(FIRST);
        take(parts, PART);
        assertThat(parts.allocatedBytes()).isEqualTo(FIRST + PART);
        take(parts, 1);
        assertThat(parts.allocatedBytes()).isEqualTo(FIRST + 2 * PART);
        assertThat(parts.isComplete()).isFalse();
        parts.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, FIRST, FIRST + 1, FIRST + PART, 3 * PART + 5})
    void isTheFrameInTheEndAndTakesNothingBehindIt(int length) {
        FrameParts parts = parts(length);
        byte[] sent = block(length, 3);
        in.writeBytes(sent, 0, length / 3);
        parts.take(in);
        assertThat(parts.isComplete()).isFalse();
        in.writeBytes(sent, length / 3, length - length / 3).writeByte(42);
        parts.take(in);
        assertThat(parts.isComplete()).isTrue();
        assertThat(in.readableBytes()).isOne();
        assertThat(parts.allocatedBytes()).isEqualTo(length);
        ByteBuf frame = parts.frame();
        assertThat(ByteBufUtil.getBytes(frame)).isEqualTo(sent);
        frame.release();
    }

    private static FrameParts parts(int length) {
        return new FrameParts(PooledByteBufAllocator.DEFAULT, length);
    }

    private void take(FrameParts parts, int bytes) {
        in.writeBytes(new byte[bytes]);
        parts.take(in);
        assertThat(in.isReadable()).isFalse();
        in.clear();
    }
}
