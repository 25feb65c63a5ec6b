package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.security.RecordCipher;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An encrypted record that does not arrive completely is noticed like a frame, though none of its bytes can be decoded. */
class RecordDeadlineTest {
    private final DecoderFixture fixture =
            new DecoderFixture(1000, new InboundAdmission(ByteBudget.of(1000), () -> 0, FrameRates.unlimited()));
    private final EmbeddedChannel channel = fixture.channel;
    private final FakeCipher cipher = new FakeCipher();

    private static final class FakeCipher extends ChannelInboundHandlerAdapter implements RecordCipher {
        private boolean incomplete;

        @Override
        public boolean isRecordIncomplete() {
            return incomplete;
        }
    }

    @BeforeEach
    void encrypt() {
        channel.pipeline().addFirst(cipher);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void anIncompleteRecordIsNoticedAfterTheTimeOfAFrame() {
        receivePart(true);
        pass(29);
        receivePart(true);
        assertThat(fixture.missed).as("in time").isFalse();
        pass(1);
        assertThat(fixture.missed).isTrue();
    }

    @Test
    void aRecordThatArrivesInTimeIsNot() {
        receivePart(true);
        pass(29);
        receivePart(false);
        pass(3600);
        assertThat(fixture.missed).isFalse();
    }

    @Test
    void recordsThatContainFramesHaveTheirOwnTimeEach() {
        receivePart(true);
        pass(29);
        channel.writeInbound(Unpooled.buffer().writeLong(Long.BYTES));
        pass(29);
        assertThat(fixture.missed).isFalse();
        pass(5);
        assertThat(fixture.missed).isTrue();
    }

    private void receivePart(boolean incomplete) {
        cipher.incomplete = incomplete;
        channel.pipeline().fireChannelReadComplete();
    }

    private void pass(int seconds) {
        fixture.ticker.pass(Duration.ofSeconds(seconds));
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }
}
