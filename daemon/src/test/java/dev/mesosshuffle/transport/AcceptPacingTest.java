package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.ManualTicker;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections are as those of a loop that has not begun with them until it runs its tasks. */
class AcceptPacingTest {
    private final List<EmbeddedChannel> connections = new ArrayList<>();
    private EmbeddedChannel listener;
    private ReadGate gate;
    private int reads;

    @BeforeEach
    void listen() {
        listener = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
            @Override
            public void read(ChannelHandlerContext context) {
                reads++;
                context.read();
            }
        });
        listener.freezeTime();
        gate = new ReadGate(listener, new ManualTicker());
        listener.pipeline().addLast(new AcceptPacing(gate));
    }

    @AfterEach
    void close() {
        listener.finishAndReleaseAll();
        connections.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    @Test
    void goesOnWhileFewConnectionsWaitForTheirLoops() {
        accept(AcceptPacing.MAX_UNBEGUN - 1);
        assertThat(isAccepting()).isTrue();
        accept(0);
        assertThat(isAccepting()).isTrue();
    }

    @Test
    void pausesWhileManyWaitAndGoesOnWhenTheirLoopsHaveBegun() {
        accept(AcceptPacing.MAX_UNBEGUN);
        assertThat(isAccepting()).isFalse();
        passCheck();
        assertThat(isAccepting()).as("as long as they wait").isFalse();

        begin(0);
        passCheck();
        assertThat(isAccepting()).isTrue();
        accept(1);
        assertThat(isAccepting()).as("with one more").isFalse();
    }

    @Test
    void acceptsNextWhenItGoesOn() {
        accept(AcceptPacing.MAX_UNBEGUN);
        begin(0);
        int before = reads;
        passCheck();
        assertThat(reads).isEqualTo(before + 1);
    }

    @Test
    void connectionsThatLoopsHaveBegunWithDoNotCount() {
        for (int i = 0; i < 10 * AcceptPacing.MAX_UNBEGUN; i++) {
            accept(1);
            begin(i);
        }
        assertThat(isAccepting()).isTrue();
    }

    @Test
    void connectionsThatNoLoopHasDoNotCount() {
        for (int i = 0; i < AcceptPacing.MAX_UNBEGUN; i++) {
            listener.pipeline().fireChannelRead(new LocalChannel());
        }
        accept(0);
        assertThat(isAccepting()).isTrue();
    }

    @Test
    void doesNotEndThePauseAfterAFailure() {
        accept(AcceptPacing.MAX_UNBEGUN);
        gate.close(ReadGate.Reason.ACCEPT_FAILURE);
        begin(0);
        passCheck();
        assertThat(isAccepting()).isFalse();
        gate.open(ReadGate.Reason.ACCEPT_FAILURE);
        assertThat(isAccepting()).isTrue();
    }

    private boolean isAccepting() {
        return listener.config().isAutoRead();
    }

    private void accept(int count) {
        for (int i = 0; i < count; i++) {
            EmbeddedChannel connection = new EmbeddedChannel();
            connections.add(connection);
            listener.pipeline().fireChannelRead(connection);
        }
        listener.pipeline().fireChannelReadComplete();
    }

    private void begin(int connection) {
        connections.get(connection).runPendingTasks();
    }

    private void passCheck() {
        listener.advanceTimeBy(AcceptPacing.CHECK_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        listener.runScheduledPendingTasks();
    }
}
