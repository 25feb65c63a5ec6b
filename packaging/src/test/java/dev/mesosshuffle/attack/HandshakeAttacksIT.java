package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.RunsAlone;
import dev.mesosshuffle.it.security.TestCertificates;
import dev.mesosshuffle.it.wire.ClientHandshake;
import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients without a proof beside a healthy one that authenticates itself, against a daemon that requires it and serves TLS
 * too: it lives, nothing is served to them, the healthy client goes on, and afterwards memory, threads and descriptors are
 * what they were.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@RunsAlone
class HandshakeAttacksIT {
    private static final int MEMORY_MIB = 512;

    /** What the kernel counts that the daemon cannot limit: pages of its files, and of its libraries. */
    private static final int TOLERATED_MIB = 96;

    private static final int FORGOTTEN_CLIENTS = 5;
    private static final String WRONG_SECRETS = "authentication.refused.wrongSecret";
    private static final long LONGEST_PROOF_NANOS = TimeUnit.SECONDS.toNanos(10);

    @TempDir
    static Path folder;

    private static final List<WireClient> forgotten = new ArrayList<>();
    private static AttackedDaemon daemon;
    private static DaemonLevel atFirst;

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> conf = new HashMap<>(AttackedDaemon.SHORT_TIMEOUTS);
        conf.putAll(TestCertificates.create(folder.resolve("certificates")).keyStoreSettings());
        conf.putAll(Map.of(
                "spark.authenticate",
                "true",
                "spark.authenticate.secret",
                HandshakeClients.SECRET,
                "spark.mesos.shuffle.service.tls",
                "optional",
                "spark.mesos.shuffle.service.maxConnections",
                "5000",
                "spark.mesos.shuffle.service.maxConnectionsPerAddress",
                "2500"));
        daemon = AttackedDaemon.start(
                folder.resolve("host"),
                MEMORY_MIB + "m",
                conf,
                port -> HandshakeClients.proven(port, ClientHandshake.KEY_EXCHANGE, HealthyClient.APP));
        // Whatever is allocated once, or loaded on demand, is there afterwards.
        for (ClientHandshake kind : ClientHandshake.values()) {
            HandshakeClients.proven(daemon.port(), kind, HealthyClient.APP).close();
        }
        List<WireClient> first = new ArrayList<>();
        StoppedHandshakes.stopAt(daemon.target(), HandshakeStep.CLIENT_HELLO, 1, first);
        first.forEach(HandshakeAttacksIT::close);
        for (HandshakeStep step : HandshakeStep.values()) {
            StoppedHandshakes.stopAt(daemon.target(), step, FORGOTTEN_CLIENTS, forgotten);
        }
        atFirst = DaemonLevel.of(daemon);
    }

    @AfterAll
    static void end() {
        forgotten.forEach(HandshakeAttacksIT::close);
        daemon.close();
    }

    @ParameterizedTest
    @EnumSource
    @Order(1)
    void servesNothing(HandshakeAttack attack) throws Exception {
        DaemonLevel before = DaemonLevel.of(daemon);
        long wrongSecrets = daemon.counter(WRONG_SECRETS);
        long begin = System.nanoTime();

        daemon.attacker().begin(attack);
        SentAmount sent = daemon.attacker().awaitEnd();

        System.out.printf("%s: %.1f s, %s%n", attack, (System.nanoTime() - begin) / 1e9, sent);
        assertThat(daemon.counter(WRONG_SECRETS) - wrongSecrets).isEqualTo(attack.wrongSecrets());
        assertUnharmedAndLevel(before);
    }

    @ParameterizedTest
    @EnumSource
    @Order(2)
    void holdsThousandsThatStop(StoppedHandshakes stopped) throws Exception {
        DaemonLevel before = DaemonLevel.of(daemon);
        long shed = daemon.counter("shedConnections");
        long begin = System.nanoTime();
        daemon.attacker().begin(stopped);
        SentAmount sent = daemon.attacker().awaitEnd();

        daemon.awaitHealthyRequests(50);
        System.out.printf(
                "%s: %s in %.1f s, heap %d MiB%n",
                stopped, sent, (System.nanoTime() - begin) / 1e9, daemon.usedHeapBytes() >> 20);
        assertThat(sent.connections()).isEqualTo(stopped.clients());
        assertThat(daemon.counter("shedConnections")).isEqualTo(shed);
        daemon.attacker().release();

        assertUnharmedAndLevel(before);
    }

    @Test
    @Order(3)
    void provesOthersBesideHandshakesAtFullRate() throws Exception {
        DaemonLevel before = DaemonLevel.of(daemon);
        daemon.attacker().begin(HandshakeFlood.AT_FULL_RATE);
        long begin = System.nanoTime();
        for (ClientHandshake kind : ClientHandshake.values()) {
            try (WireClient client = HandshakeClients.proven(daemon.port(), kind, HealthyClient.APP)) {
                client.succeed(WireMessages.heartbeat(HealthyClient.APP));
            }
            long taken = System.nanoTime() - begin;
            System.out.printf("%s beside them: %.0f ms%n", kind, taken / 1e6);
            assertThat(taken).isLessThan(LONGEST_PROOF_NANOS);
        }
        SentAmount sent = daemon.attacker().awaitEnd();
        System.out.println("hostile handshakes in 3 s: " + sent);
        assertThat(sent).matches(amount -> amount.isAtLeast(HandshakeFlood.LEAST), "at least " + HandshakeFlood.LEAST);

        assertUnharmedAndLevel(before);
    }

    @Test
    @Order(4)
    void closesThoseThatStopped() throws Exception {
        for (WireClient client : forgotten) {
            client.readToEnd();
        }
        atFirst.awaitAgain();
        atFirst.assertQuietLog();
    }

    private static void assertUnharmedAndLevel(DaemonLevel before) throws IOException {
        daemon.awaitHealthyRequests(20);
        daemon.assertUnharmed();
        before.awaitAgain();
        atFirst.assertQuietLog();
        System.out.println("peak MiB: " + daemon.peakResidentMib());
        assertThat(daemon.peakResidentMib()).as("peak of its memory in MiB").isLessThan(MEMORY_MIB + TOLERATED_MIB);
    }

    private static void close(WireClient client) {
        try {
            client.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
