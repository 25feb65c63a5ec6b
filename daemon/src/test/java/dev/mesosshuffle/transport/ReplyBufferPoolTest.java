package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.RecordingLeakDetector;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplyBufferPoolTest {
    private static final int SHARED = ReplyBufferPool.SHARED_BYTES;

    private final ReplyBufferPool buffers = new ReplyBufferPool(PooledByteBufAllocator.DEFAULT, 3 * SHARED);

    @AfterEach
    void close() {
        buffers.close();
    }

    @AfterAll
    static void findNoLeakedBuffer() {
        assertThat(RecordingLeakDetector.leaks()).isEmpty();
    }

    @Test
    void givesTheBufferThatCameBackLastFirstAndEmpty() {
        ByteBuf first = buffers.takeShared();
        ByteBuf second = buffers.takeShared().writeLong(1);
        buffers.giveBack(first);
        buffers.giveBack(second);
        assertThat(buffers.takeShared()).isSameAs(second).returns(0, ByteBuf::readableBytes);
        assertThat(buffers.takeShared()).isSameAs(first);
        giveBack(first, second);
    }

    @Test
    void keepsOnlyBuffersOfTheSizeThatBlocksShare() {
        ByteBuf small = buffers.take(SHARED / 2);
        ByteBuf large = buffers.take(SHARED * 2);
        giveBack(small, large);
        assertThat(small.refCnt()).isZero();
        assertThat(large.refCnt()).isZero();
    }

    @Test
    void leavesABufferThatSomebodyStillReadsToHim() {
        ByteBuf buffer = buffers.takeShared().writeLong(1);
        ByteBuf reader = buffer.retainedSlice();
        buffers.giveBack(buffer);
        ByteBuf other = buffers.takeShared();
        assertThat(other).isNotSameAs(buffer);
        other.writeLong(2);
        assertThat(reader.readLong()).isOne();
        reader.release();
        assertThat(buffer.refCnt()).isZero();
        buffers.giveBack(other);
    }

    @Test
    void countsWhatIsInUseAgainstTheBudgetAndNothingThatIsKept() {
        ByteBuf first = buffers.takeShared();
        ByteBuf second = buffers.take(2 * SHARED - 1);
        assertThat(buffers.isBudgetSpent()).isFalse();
        ByteBuf third = buffers.take(1);
        assertThat(buffers.isBudgetSpent()).isTrue();
        giveBack(first, second, third);
        assertThat(buffers.usedBytes()).isZero();
        assertThat(buffers.takeShared()).isSameAs(first);
        assertThat(buffers.usedBytes()).isEqualTo(SHARED);
        buffers.giveBack(first);
    }

    @Test
    void leavesEachConnectionTheSmallerAShareTheLessIsLeft() {
        assertThat(buffers.share()).isEqualTo(3 * SHARED / 64);
        ByteBuf first = buffers.takeShared();
        assertThat(buffers.share()).isEqualTo(2 * SHARED / 64);
        ByteBuf second = buffers.take(4 * SHARED);
        assertThat(buffers.share()).isZero();
        giveBack(first, second);
        assertThat(buffers.share()).isEqualTo(3 * SHARED / 64);
    }

    @Test
    void keepsNoMoreThanSixteenMebibytes() {
        List<ByteBuf> all = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            all.add(buffers.takeShared());
        }
        all.forEach(buffers::giveBack);
        assertThat(all.stream().filter(buffer -> buffer.refCnt() > 0)).hasSize(128);
    }

    @Test
    void givesBackWhatWasNotNeededFromOneTrimToTheNext() {
        ByteBuf first = buffers.takeShared();
        ByteBuf second = buffers.takeShared();
        ByteBuf third = buffers.takeShared();
        giveBack(third, second, first);
        buffers.trim();
        assertThat(List.of(first, second, third)).allMatch(buffer -> buffer.refCnt() == 1);
        // Two are needed at a time, one of them twice.
        giveBack(buffers.takeShared(), buffers.takeShared());
        giveBack(buffers.takeShared());
        buffers.trim();
        assertThat(third.refCnt()).isZero();
        assertThat(List.of(first, second)).allMatch(buffer -> buffer.refCnt() == 1);
        buffers.trim();
        assertThat(List.of(first, second)).allMatch(buffer -> buffer.refCnt() == 0);
        buffers.trim();
        giveBack(buffers.takeShared());
    }

    @Test
    void keepsNothingOnceItIsClosed() {
        ByteBuf before = buffers.takeShared();
        ByteBuf after = buffers.takeShared();
        buffers.giveBack(before);
        buffers.close();
        assertThat(before.refCnt()).isZero();
        buffers.giveBack(after);
        assertThat(after.refCnt()).isZero();
    }

    private void giveBack(ByteBuf... used) {
        for (ByteBuf buffer : used) {
            buffers.giveBack(buffer);
        }
    }
}
