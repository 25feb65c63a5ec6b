package dev.mesosshuffle.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.ScarceChannel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a turn ends if there is no memory to hand its result over to the event loop. */
class SaslTurnTest {
    private final ScarceChannel channel = new ScarceChannel(new ChannelInboundHandlerAdapter());
    private final ByteBuf result = TestConnection.direct(new byte[10]);
    private final List<Object> ends = new ArrayList<>();

    private SaslTurn turn() throws Exception {
        SaslBlocks blocks = new SaslBlocks(SaslPeers.connect().server(), 1 << 16);
        return new SaslTurn(
                channel.pipeline().firstContext(),
                () -> result,
                (bytes, failure) -> ends.add(bytes == null ? failure : bytes),
                blocks);
    }

    @Test
    void handsItsResultOverAtTheSecondTry() throws Exception {
        channel.failingTasks = 1;
        turn().run();
        channel.runPendingTasks();
        assertThat(ends).containsExactly(result);
        assertThat(result.release()).isTrue();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void closesTheConnectionAndEndsWithItIfThereNeverIsAny() throws Exception {
        channel.failingTasks = 2;
        turn().run();
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(result.refCnt()).isZero();
        assertThat(ends).hasSize(1).allMatch(OutOfMemoryError.class::isInstance);
    }

    @Test
    void doesNothingOnceItIsCancelled() throws Exception {
        SaslTurn turn = turn();
        assertThat(turn.cancel()).isTrue();
        turn.run();
        channel.runPendingTasks();
        assertThat(ends).isEmpty();
        assertThat(result.release()).isTrue();
    }
}
