package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.ManualTicker;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.atomic.LongAccumulator;
import org.junit.jupiter.api.Test;

class LoopLatenessTest {
    private final ManualTicker ticker = new ManualTicker();
    private final LongAccumulator longestNanos = new LongAccumulator(Math::max, 0);
    private final LoopLateness lateness = new LoopLateness(ticker, longestNanos);

    @Test
    void isZeroWhileTheTaskIsInTime() {
        start();
        for (int i = 0; i < 3; i++) {
            ticker.pass(LoopLateness.PERIOD);
            lateness.run();
        }
        assertThat(longestNanos.get()).isZero();
    }

    @Test
    void isTheLongestDelayWhateverFollows() {
        start();
        ticker.pass(LoopLateness.PERIOD.plusMillis(7));
        lateness.run();
        ticker.pass(LoopLateness.PERIOD.plusMillis(3));
        lateness.run();
        assertThat(longestNanos.get()).isEqualTo(Duration.ofMillis(7).toNanos());
    }

    private void start() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        lateness.start(channel.eventLoop());
        channel.finishAndReleaseAll();
    }
}
