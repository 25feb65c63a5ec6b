package dev.mesosshuffle.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.ManagedProcess;
import dev.mesosshuffle.it.service.JmxConnection;
import dev.mesosshuffle.it.service.ProcessUsage;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.wire.Latencies;
import dev.mesosshuffle.it.wire.WireClient;
import dev.mesosshuffle.testing.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import org.jspecify.annotations.Nullable;

/** A daemon with a given memory, a healthy client that uses it all the time, and files that it must never touch. */
final class AttackedDaemon implements AutoCloseable {
    /** What a host has, but so short that a test sees their effect. */
    static final Map<String, String> SHORT_TIMEOUTS = Map.of(
            "spark.mesos.shuffle.service.frameTimeout",
            "5s",
            "spark.mesos.shuffle.service.writeTimeout",
            "5s",
            "spark.shuffle.cleaner.interval",
            "1s");

    private static final Duration REST = Duration.ofSeconds(60);

    /** What a percentile of a few hundred samples may be on a machine that runs the attack too. */
    private static final double TOLERATED_MILLIS = 500;

    private static final double TOLERATED_RATIO = 50;

    /** What a turn should take at most. Reported only, because the attacker and other processes use the same CPUs. */
    private static final int WANTED_TURN_MILLIS = 5;

    /** Raised for a machine that is busy with something else. */
    private static final double TOLERATED_TURN_MILLIS = Integer.getInteger("attack.toleratedTurnMillis", 1000);

    /** Of each kind; a percentile of fewer would be that of the slowest few. */
    private static final int IDLE_REQUESTS = 500;

    /** How many of each kind are made beside an attack, if there is time. */
    private static final int MEASURED_REQUESTS = 300;

    /** Long enough for each of them, if the daemon does not make it wait. */
    private static final Duration LONGEST_ATTACK = Duration.ofSeconds(6);

    private static final Duration LONGEST_MEASUREMENT = Duration.ofSeconds(8);

    private final ServiceSettings settings;
    private final int jmxPort;
    private final Path folder;
    private ManagedProcess process;
    private @Nullable AttackProcess attacker;
    private final SentinelFiles sentinels;
    private final HealthyClient healthyClient;
    private final Map<String, Latencies> idle;
    private ProcessUsage usage;
    private long usageNanos;

    private AttackedDaemon(
            Path folder,
            ServiceSettings settings,
            int jmxPort,
            SentinelFiles sentinels,
            ManagedProcess process,
            HealthyClient.Connector connector)
            throws IOException {
        this.folder = folder;
        this.settings = settings;
        this.jmxPort = jmxPort;
        this.sentinels = sentinels;
        this.process = process;
        healthyClient = new HealthyClient(settings.port(), settings.localRoot(), connector);
        awaitHealthyRequests(IDLE_REQUESTS);
        healthyClient.drain();
        awaitHealthyRequests(IDLE_REQUESTS);
        idle = healthyClient.drain();
        usage = ProcessUsage.of(process.pid());
        usageNanos = System.nanoTime();
        longestTurnMillis();
    }

    /**
     * Starts a daemon.
     *
     * @param folder an empty folder
     * @param memory its SPARK_DAEMON_MEMORY
     * @param conf further settings
     */
    static AttackedDaemon start(Path folder, String memory, Map<String, String> conf)
            throws IOException, InterruptedException {
        return start(folder, memory, conf, WireClient::new);
    }

    /**
     * Starts a daemon.
     *
     * @param folder an empty folder
     * @param memory its SPARK_DAEMON_MEMORY
     * @param conf further settings
     * @param connector connects the healthy client
     */
    static AttackedDaemon start(Path folder, String memory, Map<String, String> conf, HealthyClient.Connector connector)
            throws IOException, InterruptedException {
        int jmxPort = FreePort.find();
        ServiceSettings settings = ServiceSettings.in(folder, ServiceKind.DAEMON)
                .withMemory(memory)
                .withJavaOptions(JmxConnection.javaOptions(jmxPort));
        for (Map.Entry<String, String> each : conf.entrySet()) {
            settings = settings.with(each.getKey(), each.getValue());
        }
        SentinelFiles sentinels = new SentinelFiles(folder, settings.localRoot());
        ManagedProcess process = settings.start();
        try {
            return new AttackedDaemon(folder, settings, jmxPort, sentinels, process, connector);
        } catch (IOException | RuntimeException | Error e) {
            process.close();
            throw e;
        }
    }

    int port() {
        return settings.port();
    }

    Path root() {
        return settings.localRoot();
    }

    long pid() {
        return process.pid();
    }

    ManagedProcess process() {
        return process;
    }

    AttackTarget target() {
        return new AttackTarget(port(), root());
    }

    WireClient hostileClient() throws IOException {
        return target().hostileClient();
    }

    /** The process that attacks. */
    AttackProcess attacker() throws IOException {
        AttackProcess current = attacker;
        if (current == null) {
            current = new AttackProcess(target(), folder);
            attacker = current;
        }
        return current;
    }

    /**
     * Runs an attack in a process of its own, until it ends or has had its time.
     *
     * @return how much it has sent
     */
    SentAmount attack(NetworkAttack attack) throws IOException {
        return attacker().run(attack, LONGEST_ATTACK, attack.least());
    }

    /**
     * Runs an attack again and again, until it has sent what makes it one, and a percentile of what the healthy client did
     * meanwhile means something.
     *
     * @return how much it has sent
     */
    SentAmount attackUntilMeasured(NetworkAttack attack) throws IOException {
        healthyClient.drain();
        SentAmount sent = SentAmount.NOTHING;
        long end = System.nanoTime() + LONGEST_MEASUREMENT.toNanos();
        do {
            sent = sent.plus(attack(attack));
        } while (healthyClient.leastRequests() < MEASURED_REQUESTS && System.nanoTime() < end && isHealthy());
        return sent;
    }

    /** Waits until the healthy client has made so many more requests of each kind, or one failed. */
    void awaitHealthyRequests(int count) {
        int wanted = healthyClient.leastRequests() + count;
        Await.until(
                count + " requests of each kind",
                REST,
                () -> healthyClient.leastRequests() >= wanted
                        || !healthyClient.failures().isEmpty());
    }

    boolean isHealthy() {
        return process.isAlive() && healthyClient.failures().isEmpty();
    }

    /** Fails if the daemon ended, a healthy request failed, or took much longer than before the attack. */
    void assertUnharmed() throws IOException {
        assertThat(process.isAlive()).as("the daemon").isTrue();
        assertThat(healthyClient.failures())
                .as("requests of a healthy client that failed")
                .isEmpty();
        Map<String, Latencies> beside = healthyClient.drain();
        double turnMillis = longestTurnMillis();
        System.out.printf(
                "longest turn of an event loop: %.1f ms (wanted: %d), the daemon's part of a CPU: %.2f%n",
                turnMillis, WANTED_TURN_MILLIS, partOfCpu());
        idle.forEach((kind, before) -> System.out.printf(
                "%s: %s beside the attack, idle %s, ratio %.1f%n",
                kind,
                beside.get(kind),
                before,
                Objects.requireNonNull(beside.get(kind)).p99Millis() / before.p99Millis()));
        assertThat(turnMillis).as("longest turn of an event loop in ms").isLessThanOrEqualTo(TOLERATED_TURN_MILLIS);
        idle.forEach((kind, before) -> assertThat(
                        Objects.requireNonNull(beside.get(kind)).p99Millis())
                .as("p99 of a %s in ms, idle %s", kind, before)
                .isLessThan(Math.max(TOLERATED_MILLIS, TOLERATED_RATIO * before.p99Millis())));
        sentinels.assertUntouched();
    }

    /** How much of one CPU it took since the last call. */
    private double partOfCpu() throws IOException {
        ProcessUsage now = ProcessUsage.of(process.pid());
        long nowNanos = System.nanoTime();
        double part = now.since(usage).cpuSeconds() * TimeUnit.SECONDS.toNanos(1) / (nowNanos - usageNanos);
        usage = now;
        usageNanos = nowNanos;
        return part;
    }

    /** Forgets turns until now, such as those that a collection for a measurement has stopped. */
    void forgetTurns() {
        var unused = longestTurnMillis();
    }

    /** The longest turn of an event loop since the last call, with all pauses of the process. */
    private double longestTurnMillis() {
        try (JmxConnection jmx = JmxConnection.open(jmxPort)) {
            Object micros =
                    jmx.attribute("metrics:name=shuffleService.eventLoops.longestTurnMicros,type=gauges", "Value");
            return ((Number) micros).doubleValue() / TimeUnit.MILLISECONDS.toMicros(1);
        } catch (IOException | JMException e) {
            throw new AssertionError("the daemon's metrics cannot be read", e);
        }
    }

    /** Waits until what clients made it keep is what the healthy client alone makes it keep. */
    void awaitRest(Map<String, Long> before) {
        Await.until("all counters at rest, as " + before, REST, () -> counters().equals(before));
    }

    /** The bytes that it keeps for clients, and what waits. */
    Map<String, Long> counters() {
        try (JmxConnection jmx = JmxConnection.open(jmxPort)) {
            Map<String, Long> counters = new TreeMap<>();
            Set<String> names = jmx.metrics();
            for (String budget : List.of("inbound", "decoded", "streams", "answers")) {
                String name = "metrics:name=shuffleService.memory." + budget + ".usedBytes,type=gauges";
                if (names.contains(name)) {
                    counters.put(budget, ((Number) jmx.attribute(name, "Value")).longValue());
                }
            }
            return counters;
        } catch (IOException | JMException e) {
            throw new AssertionError("the daemon's metrics cannot be read", e);
        }
    }

    /** The value of one of its counters. */
    long counter(String name) {
        try (JmxConnection jmx = JmxConnection.open(jmxPort)) {
            return jmx.counter(name);
        } catch (IOException | JMException e) {
            throw new AssertionError("the daemon's metrics cannot be read", e);
        }
    }

    /** What is left of its heap after a collection. */
    long usedHeapBytes() {
        try (JmxConnection jmx = JmxConnection.open(jmxPort)) {
            return jmx.usedHeapBytes();
        } catch (IOException | JMException e) {
            throw new AssertionError("the daemon's memory cannot be read", e);
        }
    }

    /** Its peak of resident memory. */
    long peakResidentMib() throws IOException {
        return ProcessUsage.of(process.pid()).peakResidentMib();
    }

    /** Ends it as kill -9 does, and starts it again; the healthy client has ended by then. */
    void killAndRestart() throws IOException, InterruptedException {
        healthyClient.close();
        process.kill();
        process = settings.start();
    }

    @Override
    public void close() {
        healthyClient.close();
        if (attacker != null) {
            attacker.close();
        }
        process.close();
    }
}
