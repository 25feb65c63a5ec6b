package dev.mesosshuffle.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Four connections in all, three from one address. */
class ConnectionLimiterTest {
    private final ManualTicker ticker = new ManualTicker();
    private final TransportMetrics metrics = new TransportMetrics(new MetricRegistry(), PooledByteBufAllocator.DEFAULT);
    private final ConnectionLimiter limiter = new ConnectionLimiter(
            new ConnectionLimits(Duration.ZERO, Duration.ZERO, Duration.ZERO, 1 << 20, 4, 3),
            ticker,
            metrics,
            new RateLimitedLogger(ticker));
    private final List<Peer> peers = new ArrayList<>();

    private final class Peer extends EmbeddedChannel {
        private final byte[] address;
        private final ConnectionActivity activity = new ConnectionActivity(ticker);

        private Peer(byte[] address) {
            this.address = address;
        }

        @Override
        protected SocketAddress remoteAddress0() {
            try {
                return new InetSocketAddress(InetAddress.getByAddress(address), 1);
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
        }

        private boolean connect() {
            ticker.pass(Duration.ofSeconds(1));
            return limiter.admit(this, activity);
        }
    }

    @AfterEach
    void close() {
        peers.forEach(Peer::finishAndReleaseAll);
    }

    @Test
    void admitsUpToTheLimitAndAgainAfterOneHasLeft() {
        List<Peer> all = useful(1, 2, 3, 4);
        all.forEach(peer -> peer.activity.setBusy(true));
        assertThat(peer(5).connect()).isFalse();
        var unused = all.get(2).close();
        assertThat(peer(5).connect()).isTrue();
        assertThat(metrics.connectionsRefused.getCount()).isOne();
        assertThat(metrics.connectionsShed.getCount()).isZero();
    }

    @Test
    void theOldestThatNeverSentAFrameMakesRoomFirst() {
        useful(1);
        Peer silent = connected(2);
        Peer younger = connected(3);
        useful(4);
        assertThat(peer(5).connect()).isTrue();
        assertThat(silent.isOpen()).isFalse();
        assertThat(younger.isOpen()).isTrue();
        assertThat(metrics.connectionsShed.getCount()).isOne();
    }

    @Test
    void oneWhoseFirstRequestIsBeingAnsweredStays() {
        useful(1);
        Peer answered = connected(2);
        answered.activity.setBusy(true);
        useful(3, 4);
        assertThat(peer(5).connect()).isTrue();
        assertThat(answered.isOpen()).isTrue();
    }

    @Test
    void oneThatSentFramesHasTenSecondsToDoSomethingUseful() {
        List<Peer> all = useful(1, 2, 3);
        Peer newcomer = connected(4);
        newcomer.activity.frameRead();
        newcomer.activity.setBusy(true);
        assertThat(peer(5).connect()).isTrue();
        assertThat(newcomer.isOpen()).as("after a second").isTrue();
        assertThat(all.get(0).isOpen()).as("idle for longest").isFalse();
        ticker.pass(Duration.ofSeconds(10));
        newcomer.activity.setBusy(false);
        newcomer.activity.read();
        assertThat(peer(6).connect()).isTrue();
        assertThat(newcomer.isOpen()).as("after ten more").isFalse();
    }

    @Test
    void oneWhoseClientHasProvedNothingMakesRoomBeforeAllOthers() {
        Peer useless = connected(1);
        useful(2, 3);
        Peer unproven = connected(4);
        unproven.activity.awaitProof();
        assertThat(peer(5).connect()).isTrue();
        assertThat(unproven.isOpen()).isFalse();
        assertThat(useless.isOpen()).isTrue();
    }

    @Test
    void oneWhoseClientHasProvedWhoItIsHasTimeToDoSomethingUseful() {
        List<Peer> all = useful(1, 2, 3);
        Peer proven = connected(4);
        proven.activity.awaitProof();
        proven.activity.proved();
        assertThat(peer(5).connect()).isTrue();
        assertThat(proven.isOpen()).isTrue();
        assertThat(all.get(0).isOpen()).isFalse();
    }

    @Test
    void oneWhoseHandshakeIsBeingComputedStays() {
        Peer computed = connected(1);
        computed.activity.awaitProof();
        computed.activity.setBusy(true);
        useful(2, 3, 4);
        assertThat(peer(5).connect()).isTrue();
        assertThat(computed.isOpen()).isTrue();
    }

    @Test
    void theLongestIdleMakesRoomNext() {
        List<Peer> all = useful(1, 2, 3, 4);
        all.get(0).activity.read();
        assertThat(peer(5).connect()).isTrue();
        assertThat(all).extracting(Peer::isOpen).containsExactly(true, false, true, true);
    }

    @Test
    void driversAndConnectionsWithRequestsStay() {
        List<Peer> all = useful(1, 2, 3, 4);
        all.get(0).activity.becomeDriver();
        all.get(1).activity.setBusy(true);
        all.get(2).activity.becomeDriver();
        assertThat(peer(5).connect()).isTrue();
        assertThat(all).extracting(Peer::isOpen).containsExactly(true, true, true, false);
    }

    @Test
    void whereOnlyDriversAreTheNewOneIsRefused() {
        List<Peer> all = useful(1, 2, 3, 4);
        all.forEach(peer -> peer.activity.becomeDriver());
        ticker.pass(Duration.ofHours(1));
        try (LogCapture log = LogCapture.of(ConnectionLimiter.class)) {
            assertThat(peer(5).connect()).isFalse();
            assertThat(peer(6).connect()).isFalse();
            assertThat(log.messages()).singleElement().asString().startsWith("Too many connections: 4 ");
        }
        assertThat(all).allMatch(Peer::isOpen);
    }

    @Test
    void anAddressAtItsLimitMakesRoomItself() {
        Peer other = connected(9);
        List<Peer> same = useful(1, 1, 1);
        assertThat(peer(1).connect()).isTrue();
        assertThat(other.isOpen()).isTrue();
        assertThat(same).extracting(Peer::isOpen).containsExactly(false, true, true);
    }

    @Test
    void searchesAreRare() {
        useful(1, 2, 3, 4);
        assertThat(peer(5).connect()).isTrue();
        Peer soon = peer(6);
        assertThat(limiter.admit(soon, soon.activity)).isFalse();
        ticker.pass(Duration.ofNanos(ConnectionLimiter.SEARCH_INTERVAL_NANOS));
        assertThat(limiter.admit(soon, soon.activity)).isTrue();
    }

    private List<Peer> useful(int... addresses) {
        List<Peer> result = new ArrayList<>();
        for (int address : addresses) {
            Peer peer = connected(address);
            peer.activity.frameRead();
            peer.activity.succeeded();
            result.add(peer);
        }
        return result;
    }

    private Peer connected(int address) {
        Peer peer = peer(address);
        assertThat(peer.connect()).isTrue();
        return peer;
    }

    private Peer peer(int address) {
        return peer(new byte[] {10, 0, 0, (byte) address});
    }

    private Peer peer(byte[] address) {
        Peer peer = new Peer(address);
        peers.add(peer);
        return peer;
    }

    /** One of IPv6, in the network of this number. */
    private Peer peer(int network, int host) {
        byte[] address = new byte[16];
        address[0] = 0x20;
        address[7] = (byte) network;
        address[15] = (byte) host;
        return peer(address);
    }

    @Test
    void theAddressesOfOneIpv6NetworkCountTogether() {
        for (int host = 1; host <= 3; host++) {
            Peer peer = peer(1, host);
            assertThat(peer.connect()).isTrue();
            peer.activity.setBusy(true);
        }
        assertThat(peer(1, 4).connect()).isFalse();
        assertThat(peer(2, 4).connect()).as("of another network").isTrue();
    }
}
