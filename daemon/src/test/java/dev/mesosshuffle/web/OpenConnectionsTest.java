package dev.mesosshuffle.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** Which connection gives way to a new one. */
final class OpenConnectionsTest {
    private final MetricRegistry metrics = new MetricRegistry();
    private final OpenConnections connections = new OpenConnections(2, new AdminServerMetrics(metrics));

    private EmbeddedChannel open() {
        EmbeddedChannel channel = new EmbeddedChannel();
        connections.opened(channel);
        return channel;
    }

    private EmbeddedChannel openAndReceive() {
        EmbeddedChannel channel = open();
        connections.received(channel);
        return channel;
    }

    @Test
    void keepsThoseThatAreBeingAnswered() {
        EmbeddedChannel first = openAndReceive();
        EmbeddedChannel second = openAndReceive();
        assertThat(open().isOpen()).isFalse();
        assertThat(first.isOpen()).isTrue();
        assertThat(second.isOpen()).isTrue();
    }

    @Test
    void closesTheOldestThatDoesNotReadItsAnswer() {
        EmbeddedChannel first = openAndReceive();
        EmbeddedChannel second = openAndReceive();
        connections.answered(second);
        connections.answered(first);
        assertThat(open().isOpen()).isTrue();
        assertThat(second.isOpen()).isFalse();
        assertThat(first.isOpen()).isTrue();
        assertThat(metrics.counter("shuffleService.admin.rejectedRequests").getCount())
                .isOne();
    }

    @Test
    void closesOneThatStillSendsBeforeThem() {
        EmbeddedChannel answered = openAndReceive();
        connections.answered(answered);
        EmbeddedChannel sending = open();
        assertThat(open().isOpen()).isTrue();
        assertThat(sending.isOpen()).isFalse();
        assertThat(answered.isOpen()).isTrue();
    }

    @Test
    void forgetsThoseThatAreClosed() {
        EmbeddedChannel first = openAndReceive();
        EmbeddedChannel second = openAndReceive();
        connections.answered(first);
        var unused = first.close();
        connections.closed(first);
        connections.answered(first);
        EmbeddedChannel third = open();
        connections.received(third);
        assertThat(open().isOpen()).as("nobody is left to give way").isFalse();
        assertThat(second.isOpen()).isTrue();
        assertThat(third.isOpen()).isTrue();
    }
}
