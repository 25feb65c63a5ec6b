package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.client.Fetched;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.client.SparkClients;
import dev.mesosshuffle.it.process.RunsAlone;
import dev.mesosshuffle.it.service.JmxConnection;
import dev.mesosshuffle.it.service.RestartedService;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SparkVersion;
import dev.mesosshuffle.it.wire.ClientHandshake;
import dev.mesosshuffle.it.wire.Latencies;
import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.it.wire.WireMessages;
import dev.mesosshuffle.testing.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * All executors of authenticated applications come back at once after the daemon was killed, while others fetch what costs the
 * most CPU. A thousand of Spark's clients do not fit into a test, so the executors write their messages themselves; those that
 * fetch beside them are Spark's.
 */
@RunsAlone
final class ReconnectStormIT {
    private static final String SECRET = "a secret of the whole cluster";
    private static final int EXECUTORS = 1_000;
    private static final int APPLICATIONS = 20;

    /** As many hosts as executors come from. */
    private static final int HOSTS = 100;

    private static final int BLOCK_BYTES = 10_000;
    private static final int LARGE_BLOCK_BYTES = 8 << 20;
    private static final int LARGE_FETCHES_AT_ONCE = 4;

    /** Spark's executors register that often, and its fetches connect so often. */
    private static final int TRIES = 3;

    private static final long STACK_BYTES = 256 << 10;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long LONGEST_SECONDS = 120;

    /** Far above what a machine needs that has nothing else to do. */
    private static final double LONGEST_STORM_SECONDS = 30;

    private static final double TOLERATED_HEARTBEAT_MILLIS = 2_000;

    private static final String HANDSHAKE_LATENCY =
            "metrics:name=shuffleService.authentication.handshakeLatencyMillis,type=timers";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private final List<LocalDirs> dirs = new ArrayList<>();
    private final byte[] large = new byte[LARGE_BLOCK_BYTES];
    private final Latencies heartbeats = new Latencies();
    private final AtomicInteger retries = new AtomicInteger();
    private final AtomicInteger largeFetches = new AtomicInteger();
    private final AtomicBoolean ends = new AtomicBoolean();
    private int port;

    @Test
    void servesAllExecutorsThatReconnectBesideLargeEncryptedFetches() throws Exception {
        int jmxPort = FreePort.find();
        ServiceSettings settings = ServiceSettings.in(folder, ServiceKind.DAEMON)
                .with("spark.authenticate", "true")
                .with("spark.authenticate.secret", SECRET)
                .withJavaOptions(JmxConnection.javaOptions(jmxPort));
        port = settings.port();
        ExecutorService others = Executors.newCachedThreadPool();
        try (RestartedService service = RestartedService.start(settings)) {
            writeBlocks(settings.localRoot());
            double firstSeconds = connectAll();
            service.killAndStart(settings);
            CountDownLatch begun = new CountDownLatch(LARGE_FETCHES_AT_ONCE + 1);
            List<Future<?>> beside = new ArrayList<>();
            for (int i = 0; i < LARGE_FETCHES_AT_ONCE; i++) {
                String executor = Integer.toString(i);
                SparkClient client = SparkClients.connect(SparkVersion.V4_2_0, port, appId(i), saslEncrypted());
                beside.add(others.submit(() -> fetchAgainAndAgain(client, executor, begun)));
            }
            beside.add(others.submit(() -> sendHeartbeats(begun)));
            assertThat(begun.await(LONGEST_SECONDS, TimeUnit.SECONDS)).isTrue();
            heartbeats.drain();

            double seconds = connectAll();

            ends.set(true);
            for (Future<?> each : beside) {
                each.get(LONGEST_SECONDS, TimeUnit.SECONDS);
            }
            report(firstSeconds, seconds, jmxPort);
            assertThat(seconds).isLessThan(LONGEST_STORM_SECONDS);
            assertThat(heartbeats.p99Millis()).as("p99 of heartbeats in ms").isLessThan(TOLERATED_HEARTBEAT_MILLIS);
            assertThat(largeFetches).hasValueGreaterThanOrEqualTo(LARGE_FETCHES_AT_ONCE);
        } finally {
            ends.set(true);
            others.shutdownNow();
        }
    }

    private static String appId(int number) {
        return "application-" + number % APPLICATIONS;
    }

    private static Map<String, String> saslEncrypted() {
        return Map.of(
                "spark.authenticate", "true",
                "spark.authenticate.secret", SECRET,
                "spark.authenticate.enableSaslEncryption", "true");
    }

    private void writeBlocks(Path root) throws IOException {
        new Random(1).nextBytes(large);
        for (int i = 0; i < APPLICATIONS; i++) {
            LocalDirs made = LocalDirs.create(root, appId(i), 1);
            made.writeMapOutput(0, 0, List.of(new byte[BLOCK_BYTES]));
            made.writeMapOutput(0, 1, List.of(large));
            dirs.add(made);
        }
    }

    /** Half of the applications are of one kind, and half of the other. */
    private WireClient proven(int executor) throws IOException, GeneralSecurityException {
        WireClient client = new WireClient(port, "127.0.1." + (1 + executor % HOSTS), 0);
        try {
            ClientHandshake kind = executor % 2 == 0 ? ClientHandshake.SASL : ClientHandshake.KEY_EXCHANGE;
            kind.prove(client, appId(executor), SECRET);
            return client;
        } catch (IOException | GeneralSecurityException e) {
            client.close();
            throw e;
        }
    }

    private byte[] registration(int executor) {
        return WireMessages.registerExecutor(
                appId(executor),
                Integer.toString(executor),
                dirs.get(executor % APPLICATIONS).dirs());
    }

    /** Connects all executors at once; returns the seconds until the last one has fetched its block. */
    private double connectAll() throws InterruptedException {
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < EXECUTORS; i++) {
            int executor = i;
            Thread thread =
                    new Thread(null, () -> connect(executor, start, failures), "executor-" + executor, STACK_BYTES);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        long begin = System.nanoTime();
        start.countDown();
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(LONGEST_SECONDS));
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
        double seconds = seconds(begin);
        assertThat(failures).as("executors that were refused for good").isEmpty();
        return seconds;
    }

    private void connect(int executor, CountDownLatch start, Queue<String> failures) {
        String failure = "";
        try {
            start.await();
            for (int attempt = 0; attempt < TRIES; attempt++) {
                failure = tryOnce(executor);
                if (failure.isEmpty()) {
                    return;
                }
                retries.incrementAndGet();
            }
        } catch (InterruptedException e) {
            failure = e.toString();
        }
        failures.add(executor + ": " + failure);
    }

    /** Returns what failed; empty if nothing did. */
    private String tryOnce(int executor) {
        try (WireClient client = proven(executor)) {
            client.succeed(registration(executor));
            byte[] block =
                    client.fetch(WireMessages.fetchShuffleBlock(appId(executor), Integer.toString(executor), 0, 0));
            return block.length == BLOCK_BYTES ? "" : "block of " + block.length + " bytes";
        } catch (IOException | GeneralSecurityException e) {
            return e.toString();
        }
    }

    private Object fetchAgainAndAgain(SparkClient client, String executor, CountDownLatch begun) throws Exception {
        try (client) {
            assertThat(client.fetch(executor, List.of("shuffle_0_0_0")).failures())
                    .isEmpty();
            begun.countDown();
            while (!ends.get()) {
                Fetched fetched = client.fetch(executor, List.of("shuffle_0_1_0"));
                assertThat(fetched.failures()).isEmpty();
                assertThat(Arrays.equals(large, fetched.blocks().get("shuffle_0_1_0")))
                        .isTrue();
                largeFetches.incrementAndGet();
            }
        }
        return largeFetches;
    }

    private Object sendHeartbeats(CountDownLatch begun) throws Exception {
        String driver = "a driver's";
        try (WireClient client = new WireClient(port)) {
            ClientHandshake.KEY_EXCHANGE.prove(client, driver, SECRET);
            client.succeed(WireMessages.registerDriver(driver, TimeUnit.SECONDS.toMillis(LONGEST_SECONDS)));
            begun.countDown();
            while (!ends.get()) {
                long begin = System.nanoTime();
                client.succeed(WireMessages.heartbeat(driver));
                heartbeats.add(System.nanoTime() - begin);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return heartbeats;
    }

    private void report(double firstSeconds, double seconds, int jmxPort) throws Exception {
        try (JmxConnection jmx = JmxConnection.open(jmxPort)) {
            System.out.printf(
                    "%d executors in %.2f s, after the restart in %.2f s, %d of their tries failed; heartbeats: %s;"
                            + " handshakes: p99 %s ms; %d large encrypted fetches; refused as overloaded: %d;"
                            + " authenticated by SASL: %d, with encryption: %d, by exchange of keys: %d%n",
                    EXECUTORS,
                    firstSeconds,
                    seconds,
                    retries.get(),
                    heartbeats,
                    jmx.attribute(HANDSHAKE_LATENCY, "99thPercentile"),
                    largeFetches.get(),
                    jmx.counter("authentication.refused.overloaded"),
                    jmx.counter("authentication.succeeded.sasl"),
                    jmx.counter("authentication.succeeded.saslEncrypted"),
                    jmx.counter("authentication.succeeded.keyExchange"));
            for (String reason : List.of("wrongSecret", "unknownApplication", "noHandshake", "malformed", "timeout")) {
                assertThat(jmx.counter("authentication.refused." + reason))
                        .as(reason)
                        .isZero();
            }
        }
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }
}
