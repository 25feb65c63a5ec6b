package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.memory.ByteBudget;
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

    private final ReplyBufferPool buffers =
            new ReplyBufferPool(PooledByteBufAllocator.DEFAULT, 3 * SHARED, ByteBudget.of(0));

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
        ByteBuf first = buffers.acquireShared();
        ByteBuf second = buffers.acquireShared().writeLong(1);
        buffers.release(first);
        buffers.release(second);
        assertThat(buffers.acquireShared()).isSameAs(second).returns(0, ByteBuf::readableBytes);
        assertThat(buffers.acquireShared()).isSameAs(first);
        release(first, second);
    }

    @Test
    void keepsOnlyBuffersOfTheSizeThatBlocksShare() {
        ByteBuf small = buffers.acquire(SHARED / 2);
        ByteBuf large = buffers.acquire(SHARED * 2);
        release(small, large);
        assertThat(small.refCnt()).isZero();
        assertThat(large.refCnt()).isZero();
    }

    @Test
    void leavesABufferThatSomebodyStillReadsToHim() {
        ByteBuf buffer = buffers.acquireShared().writeLong(1);
        ByteBuf reader = buffer.retainedSlice();
        buffers.release(buffer);
        ByteBuf other = buffers.acquireShared();
        assertThat(other).isNotSameAs(buffer);
        other.writeLong(2);
        assertThat(reader.readLong()).isOne();
        reader.release();
        assertThat(buffer.refCnt()).isZero();
        buffers.release(other);
    }

    @Test
    void countsWhatIsInUseAgainstTheBudgetAndNothingThatIsKept() {
        ByteBuf first = buffers.acquireShared();
        ByteBuf second = buffers.acquire(2 * SHARED - 1);
        assertThat(buffers.isExhausted()).isFalse();
        ByteBuf third = buffers.acquire(1);
        assertThat(buffers.isExhausted()).isTrue();
        release(first, second, third);
        assertThat(buffers.usedBytes()).isZero();
        assertThat(buffers.acquireShared()).isSameAs(first);
        assertThat(buffers.usedBytes()).isEqualTo(SHARED);
        buffers.release(first);
    }

    @Test
    void leavesEachConnectionTheSmallerAShareTheLessIsLeft() {
        assertThat(buffers.perConnectionShare()).isEqualTo(3 * SHARED / 64);
        ByteBuf first = buffers.acquireShared();
        assertThat(buffers.perConnectionShare()).isEqualTo(2 * SHARED / 64);
        ByteBuf second = buffers.acquire(4 * SHARED);
        assertThat(buffers.perConnectionShare()).isZero();
        release(first, second);
        assertThat(buffers.perConnectionShare()).isEqualTo(3 * SHARED / 64);
    }

    @Test
    void keepsNoMoreThanSixteenMebibytes() {
        List<ByteBuf> all = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            all.add(buffers.acquireShared());
        }
        all.forEach(buffers::release);
        assertThat(all.stream().filter(buffer -> buffer.refCnt() > 0)).hasSize(128);
    }

    @Test
    void givesBackWhatWasNotNeededFromOneTrimToTheNext() {
        ByteBuf first = buffers.acquireShared();
        ByteBuf second = buffers.acquireShared();
        ByteBuf third = buffers.acquireShared();
        release(third, second, first);
        buffers.trim();
        assertThat(List.of(first, second, third)).allMatch(buffer -> buffer.refCnt() == 1);
        // Two are needed at a time, one of them twice.
        release(buffers.acquireShared(), buffers.acquireShared());
        release(buffers.acquireShared());
        buffers.trim();
        assertThat(third.refCnt()).isZero();
        assertThat(List.of(first, second)).allMatch(buffer -> buffer.refCnt() == 1);
        buffers.trim();
        assertThat(List.of(first, second)).allMatch(buffer -> buffer.refCnt() == 0);
        buffers.trim();
        release(buffers.acquireShared());
    }

    @Test
    void keepsNothingOnceItIsClosed() {
        ByteBuf before = buffers.acquireShared();
        ByteBuf after = buffers.acquireShared();
        buffers.release(before);
        buffers.close();
        assertThat(before.refCnt()).isZero();
        buffers.release(after);
        assertThat(after.refCnt()).isZero();
    }

    private void release(ByteBuf... used) {
        for (ByteBuf buffer : used) {
            buffers.release(buffer);
        }
    }
}
