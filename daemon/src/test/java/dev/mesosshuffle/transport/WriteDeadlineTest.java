package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.ManualTicker;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A time of 80 s without progress, which is looked for every 10 s. */
class WriteDeadlineTest {
    private final ManualTicker ticker = new ManualTicker();
    private final FullSocket channel = new FullSocket();
    private boolean sent;
    private boolean missed;
    private final WriteDeadline deadline =
            new WriteDeadline(channel, TimeUnit.SECONDS.toNanos(80), ticker, () -> missed = true);

    /** Takes nothing of what is written. */
    private static final class FullSocket extends EmbeddedChannel {
        @Override
        protected void doWrite(ChannelOutboundBuffer in) {
            // Its buffers are full.
        }
    }

    @BeforeEach
    void freeze() {
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        var unused = channel.close();
        channel.finishAndReleaseAll();
    }

    @Test
    void bytesThatDoNotMoveAreNoticed() {
        write();
        pass(90);
        assertThat(missed).isTrue();
    }

    @Test
    void notBeforeTheirTime() {
        write();
        pass(70);
        assertThat(missed).isFalse();
    }

    @Test
    void progressWithinAWriteRestartsTheTime() {
        write();
        pass(70);
        channel.unsafe().outboundBuffer().progress(1);
        pass(70);
        assertThat(missed).isFalse();
        pass(30);
        assertThat(missed).isTrue();
    }

    @Test
    void aWriteThatIsSentRestartsTheTime() {
        write();
        var unused = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
        pass(70);
        channel.unsafe().outboundBuffer().remove();
        pass(70);
        assertThat(missed).isFalse();
    }

    @Test
    void moreThatIsWrittenDoesNot() {
        write();
        for (int i = 0; i < 9; i++) {
            var unused = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
            pass(10);
        }
        assertThat(missed).isTrue();
    }

    @Test
    void nothingIsNoticedOnceAllIsSent() {
        write();
        sent = true;
        pass(200);
        assertThat(missed).isFalse();
    }

    @Test
    void nothingIsScheduledForAClosedConnection() {
        write();
        assertThat(channel.runScheduledPendingTasks()).isPositive();
        deadline.cancel();
        assertThat(channel.runScheduledPendingTasks()).as("none").isEqualTo(-1);
    }

    @Test
    void aReplyThatWaitsForADiskIsNoStalledWrite() {
        deadline.watch(() -> sent);
        pass(200);
        assertThat(missed).isFalse();
        var unused = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
        pass(100);
        assertThat(missed).isTrue();
    }

    private void write() {
        var unused = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[10]));
        deadline.watch(() -> sent);
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i += 10) {
            ticker.pass(Duration.ofSeconds(10));
            channel.advanceTimeBy(10, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }
}
