package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.memory.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Frames that are collected in buffers of their own, and the time that they and others may take. */
class LargeFrameTest {
    private static final int LARGE = 100_000;
    private static final int BUDGET = 120_000;

    private final ByteBudget budget = ByteBudget.of(BUDGET);
    private final InboundAdmission admission = new InboundAdmission(budget, () -> 0, FrameRates.unlimited());
    private final DecoderFixture fixture = new DecoderFixture(1 << 20, admission);
    private final EmbeddedChannel channel = fixture.channel;
    private final Counter delayed = new Counter();

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void aSmallFrameIsNotCounted() {
        channel.writeInbound(head(500), bytes(100));
        assertThat(budget.usedBytes()).isZero();
        channel.writeInbound(bytes(392));
        assertThat(takeSmall()).isEqualTo(492);
    }

    @Test
    void thePartOfASmallFrameDoesNotKeepTheBufferThatItWasReadInto() {
        ByteBuf read = Unpooled.directBuffer(64 * 1024);
        read.writeBytes(head(500)).writeBytes(bytes(492)).writeBytes(head(500)).writeBytes(bytes(100));
        channel.writeInbound(read);
        assertThat(takeSmall()).isEqualTo(492);
        assertThat(read.refCnt()).isZero();
        channel.writeInbound(bytes(392));
        assertThat(takeSmall()).isEqualTo(492);
    }

    @Test
    void aLargeFrameIsCountedWithItsWholeLengthFromItsBeginning() {
        channel.writeInbound(head(LARGE));
        assertThat(budget.usedBytes()).isEqualTo(LARGE - 8);
        channel.writeInbound(bytes(50_000));
        channel.writeInbound(bytes(49_992));
        LargeFrame frame = channel.readInbound();
        assertThat(frame.bytes().readableBytes()).isEqualTo(LARGE - 8);
        assertThat(frame.bytes().capacity()).isEqualTo(LARGE - 8);
        assertThat(budget.usedBytes()).isEqualTo(LARGE - 8);
        frame.close();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void whatFollowsALargeFrameIsTheNextFrame() {
        channel.writeInbound(Unpooled.wrappedBuffer(head(LARGE), bytes(LARGE - 8), head(10), bytes(2)));
        channel.<LargeFrame>readInbound().close();
        assertThat(takeSmall()).isEqualTo(2);
    }

    @Test
    void aFrameWithoutMemoryWaitsAndNothingIsReadMeanwhile() {
        InboundAdmission.Ticket other =
                admission.request(BUDGET, new InboundAdmission.Sender("other", false), () -> {});
        int reads = fixture.reads;
        channel.writeInbound(head(LARGE), bytes(10));
        assertThat(channel.config().isAutoRead()).isFalse();
        assertThat(fixture.reads).as("reads meanwhile").isEqualTo(reads);
        assertThat(channel.<Object>readInbound()).isNull();
        other.close();
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.writeInbound(bytes(LARGE - 18));
        channel.<LargeFrame>readInbound().close();
    }

    @Test
    void aConnectionThatIsClosedGivesItsMemoryBack() {
        channel.writeInbound(head(LARGE), bytes(10));
        assertThat(budget.usedBytes()).isEqualTo(LARGE - 8);
        var unused = channel.close();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void aConnectionThatIsClosedWaitsForNoMemory() {
        InboundAdmission.Ticket other =
                admission.request(BUDGET, new InboundAdmission.Sender("other", false), () -> {});
        channel.writeInbound(head(LARGE));
        var unused = channel.close();
        other.close();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void aFrameThatDoesNotArriveInTimeIsNoticed() {
        channel.writeInbound(head(500), bytes(100));
        pass(29);
        channel.writeInbound(bytes(1));
        assertThat(fixture.missed).as("in time").isFalse();
        pass(1);
        assertThat(fixture.missed).as("its beginning counts").isTrue();
    }

    @Test
    void aFrameThatArrivesInTimeAndTheNextOneAreNot() {
        channel.writeInbound(head(500), bytes(100));
        pass(29);
        channel.writeInbound(Unpooled.wrappedBuffer(bytes(392), head(500)));
        takeSmall();
        pass(29);
        assertThat(fixture.missed).isFalse();
        pass(5);
        assertThat(fixture.missed).as("the next one has its own time").isTrue();
    }

    @Test
    void aConnectionBetweenFramesHasAllTheTime() {
        channel.writeInbound(head(10), bytes(2));
        takeSmall();
        pass(3600);
        assertThat(fixture.missed).isFalse();
    }

    @Test
    void aClosedConnectionIsNotKeptInMemoryByItsDeadline() {
        channel.writeInbound(head(500));
        assertThat(channel.runScheduledPendingTasks()).isPositive();
        var unused = channel.close();
        assertThat(channel.runScheduledPendingTasks()).as("none").isEqualTo(-1);
        pass(3600);
        assertThat(fixture.missed).isFalse();
    }

    @Test
    void timeInWhichNothingIsReadDoesNotCount() {
        channel.writeInbound(head(500));
        fixture.gate.close(ReadGate.Reason.PENDING_REQUESTS);
        pass(3600);
        fixture.gate.open(ReadGate.Reason.PENDING_REQUESTS);
        pass(29);
        assertThat(fixture.missed).isFalse();
        pass(5);
        assertThat(fixture.missed).isTrue();
    }

    @Test
    void readsAgainOnlyWhenNoReasonIsLeft() {
        fixture.gate.close(ReadGate.Reason.PENDING_REQUESTS);
        fixture.gate.close(ReadGate.Reason.LARGE_FRAME);
        channel.writeInbound(head(10), bytes(2));
        fixture.gate.open(ReadGate.Reason.PENDING_REQUESTS);
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isFalse();
        assertThat(channel.<Object>readInbound()).isNull();
        fixture.gate.open(ReadGate.Reason.LARGE_FRAME);
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(takeSmall()).isEqualTo(2);
    }

    @Test
    void manyFramesAtOnceTakeSeveralTurns() {
        ByteBuf frames = Unpooled.buffer();
        for (int i = 0; i < LoopTurn.MAX_FRAMES + 1; i++) {
            frames.writeLong(9).writeByte(0);
        }
        channel.pipeline().fireChannelRead(frames).fireChannelReadComplete();
        assertThat(channel.inboundMessages()).hasSize(LoopTurn.MAX_FRAMES);
        assertThat(channel.config().isAutoRead()).isFalse();
        channel.runPendingTasks();
        channel.runPendingTasks();
        assertThat(channel.inboundMessages()).hasSize(LoopTurn.MAX_FRAMES + 1);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void framesThatTakeLongEndTheTurn() {
        LoopTurn turn = new LoopTurn(fixture.ticker);
        for (int i = 0; i < 100; i++) {
            assertThat(turn.isOver()).isFalse();
        }
        fixture.ticker.pass(Duration.ofNanos(LoopTurn.MAX_NANOS + 1));
        int frames = 0;
        while (!turn.isOver()) {
            frames++;
        }
        assertThat(frames).isLessThan(8);
        turn.begin();
        assertThat(turn.isOver()).isFalse();
    }

    private int takeSmall() {
        ByteBuf frame = channel.readInbound();
        int bytes = frame.readableBytes();
        frame.release();
        return bytes;
    }

    private void pass(int seconds) {
        fixture.ticker.pass(Duration.ofSeconds(seconds));
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void aFrameAboveTheRateIsReadLater() {
        int large = LargeFrameRate.MIN_FRAME_BYTES;
        ByteBudget memory = ByteBudget.of(8L * large);
        DecoderFixture limited = new DecoderFixture(
                2 * large, new InboundAdmission(memory, () -> 0, new LargeFrameRate(large, large, () -> 0, delayed)));
        limited.channel.writeInbound(head(large), bytes(large - 8), head(large), bytes(1000));
        limited.channel.<LargeFrame>readInbound().close();
        assertThat(memory.usedBytes()).as("of the second one").isZero();
        assertThat(delayed.getCount()).isOne();
        assertThat(limited.gate.isOpen()).isFalse();

        limited.channel.advanceTimeBy(999, TimeUnit.MILLISECONDS);
        limited.channel.runScheduledPendingTasks();
        assertThat(limited.gate.isOpen()).isFalse();

        limited.channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        limited.channel.runScheduledPendingTasks();
        limited.channel.runPendingTasks();
        assertThat(memory.usedBytes()).isEqualTo(large - 8);
        limited.channel.writeInbound(bytes(large - 1008));
        limited.channel.<LargeFrame>readInbound().close();
        assertThat(delayed.getCount()).as("each once").isOne();
        limited.channel.finishAndReleaseAll();
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void aConnectionThatEndsWhileItsFrameWaitsLeavesNothingBehind() {
        int large = LargeFrameRate.MIN_FRAME_BYTES;
        ByteBudget memory = ByteBudget.of(8L * large);
        DecoderFixture limited = new DecoderFixture(
                2 * large, new InboundAdmission(memory, () -> 0, new LargeFrameRate(large, 1, () -> 0, delayed)));
        limited.channel.writeInbound(head(large), bytes(1000));
        assertThat(limited.gate.isOpen()).isFalse();
        limited.channel.finishAndReleaseAll();
        assertThat(memory.usedBytes()).isZero();
        assertThat(limited.channel.hasPendingTasks()).isFalse();
    }

    private static ByteBuf head(int frameBytes) {
        return Unpooled.buffer().writeLong(frameBytes);
    }

    private static ByteBuf bytes(int count) {
        return Unpooled.wrappedBuffer(new byte[count]);
    }
}
