package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.ScarceChannel;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopHandoverTest {
    private final ScarceChannel channel = new ScarceChannel();
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();
    private final LoopHandover handover = new LoopHandover(channel, runs::incrementAndGet, ends::incrementAndGet);

    @AfterEach
    void close() {
        channel.failingTasks = 0;
        channel.finishAndReleaseAll();
    }

    @Test
    void theTaskRunsOnTheLoop() {
        handover.run();
        assertThat(runs).hasValue(0);
        channel.runPendingTasks();
        assertThat(runs).hasValue(1);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void theTaskIsHandedOverAgainIfMemoryWasMissingForAMoment() {
        channel.failingTasks = 1;
        handover.run();
        channel.runPendingTasks();
        assertThat(runs).hasValue(1);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void theTaskRunsAtTheEndOfTheConnectionIfMemoryIsStillMissing() {
        channel.failingTasks = 2;
        handover.run();
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(runs).hasValue(1);
        assertThat(ends).hasValue(0);
    }

    @Test
    void whoWaitsLearnsThatTheLoopHasEnded() throws Exception {
        EventLoop ended = new DefaultEventLoop();
        var unused = ended.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        assertThat(ended.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        AtomicBoolean hasEnded = new AtomicBoolean();
        EmbeddedChannel orphaned = new EmbeddedChannel() {
            @Override
            public EventLoop eventLoop() {
                return hasEnded.get() ? ended : super.eventLoop();
            }
        };
        hasEnded.set(true);
        new LoopHandover(orphaned, runs::incrementAndGet, ends::incrementAndGet).run();
        assertThat(runs).hasValue(0);
        assertThat(ends).hasValue(1);
    }
}
