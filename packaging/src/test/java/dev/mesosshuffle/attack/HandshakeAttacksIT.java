package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.security.TestCertificates;
import dev.mesosshuffle.it.wire.ChallengeProof;
import dev.mesosshuffle.it.wire.ClientHandshake;
import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
class HandshakeAttacksIT {
    private static final int MEMORY_MIB = 512;

    /** What the kernel counts that the daemon cannot limit: pages of its files, and of its libraries. */
    private static final int TOLERATED_MIB = 96;

    private static final int STOPPED_CLIENTS = 1_500;
    private static final int FORGOTTEN_CLIENTS = 5;
    private static final int CHALLENGES_AT_ONCE = 200;
    private static final long FULL_RATE_NANOS = TimeUnit.SECONDS.toNanos(3);
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
        stopAt(HandshakeStep.CLIENT_HELLO, 1).forEach(HandshakeAttacksIT::close);
        for (HandshakeStep step : HandshakeStep.values()) {
            forgotten.addAll(stopAt(step, FORGOTTEN_CLIENTS));
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
        long begin = System.nanoTime();

        attack.run(daemon);

        System.out.printf("%s: %.1f s%n", attack, (System.nanoTime() - begin) / 1e9);
        assertUnharmedAndLevel(before);
    }

    @ParameterizedTest
    @EnumSource
    @Order(2)
    void holdsThousandsThatStop(HandshakeStep step) throws Exception {
        DaemonLevel before = DaemonLevel.of(daemon);
        long shed = daemon.counter("shedConnections");
        long begin = System.nanoTime();
        List<WireClient> clients =
                stopAt(step, step == HandshakeStep.CLIENT_HELLO ? STOPPED_CLIENTS / 2 : STOPPED_CLIENTS);

        daemon.awaitHealthyRequests(50);
        System.out.printf(
                "%s: %d clients in %.1f s, heap %d MiB%n",
                step, clients.size(), (System.nanoTime() - begin) / 1e9, daemon.usedHeapBytes() >> 20);
        assertThat(daemon.counter("shedConnections")).isEqualTo(shed);
        clients.forEach(HandshakeAttacksIT::close);

        assertUnharmedAndLevel(before);
    }

    @Test
    @Order(3)
    void provesOthersBesideHandshakesAtFullRate() throws Exception {
        DaemonLevel before = DaemonLevel.of(daemon);
        List<byte[]> first = new ArrayList<>();
        for (HandshakeStep step :
                List.of(HandshakeStep.SASL_FIRST_TOKEN, HandshakeStep.KEYS_EXCHANGED, HandshakeStep.CLIENT_HELLO)) {
            first.add(step.sent());
        }
        byte[] expensive = new ChallengeProof(
                        HealthyClient.APP, HandshakeClients.SECRET, ChallengeProof.Wishes.USUAL.withIterations(65_536))
                .message();
        List<WireClient> challengers = new ArrayList<>();
        for (int i = 0; i < CHALLENGES_AT_ONCE; i++) {
            WireClient client = daemon.hostileClient();
            challengers.add(client);
            client.sendRequest(expensive);
        }
        AtomicInteger answered = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(first.size());
        try {
            long end = System.nanoTime() + FULL_RATE_NANOS;
            List<Future<?>> running = new ArrayList<>();
            for (byte[] message : first) {
                running.add(threads.submit(() -> repeatUntil(end, message, answered)));
            }
            long begin = System.nanoTime();
            for (ClientHandshake kind : ClientHandshake.values()) {
                try (WireClient client = HandshakeClients.proven(daemon.port(), kind, HealthyClient.APP)) {
                    client.succeed(WireMessages.heartbeat(HealthyClient.APP));
                }
                long taken = System.nanoTime() - begin;
                System.out.printf("%s beside them: %.0f ms%n", kind, taken / 1e6);
                assertThat(taken).isLessThan(LONGEST_PROOF_NANOS);
            }
            for (Future<?> each : running) {
                each.get(1, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
            challengers.forEach(HandshakeAttacksIT::close);
        }
        System.out.println("hostile handshakes answered: " + answered + " in 3 s");

        assertUnharmedAndLevel(before);
    }

    private static Object repeatUntil(long end, byte[] message, AtomicInteger answered) throws IOException {
        while (System.nanoTime() - end < 0) {
            WireClient client = daemon.hostileClient();
            client.send(message);
            client.awaitByte();
            answered.incrementAndGet();
            client.reset();
        }
        return answered;
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

    private static List<WireClient> stopAt(HandshakeStep step, int count) throws IOException {
        byte[] sent = step.sent();
        List<WireClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            WireClient client = daemon.hostileClient();
            clients.add(client);
            client.send(sent);
            step.awaitAnswer(client);
        }
        return clients;
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
