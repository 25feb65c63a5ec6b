package dev.mesosshuffle.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The listener's loop, with time of its own, and hosts that are there or not. */
final class HeartbeatSenderTest {
    private static final long MS = 1_000_000;
    private static final long TIMEOUT = 120_000 * MS;
    private static final HeartbeatTiming TIMING = new HeartbeatTiming(120_000);

    private final LoggedLines log = new LoggedLines();
    private final Services services = new Services();
    private final List<Runnable> attempts = new ArrayList<>();

    /** Shortly before it wraps around. */
    private long now = Long.MAX_VALUE - TIMEOUT;

    private boolean noThreads;

    private final HeartbeatSender sender = new HeartbeatSender(
            services,
            TIMING,
            new RetryBackoff(TIMING.firstRetryNanos(), TIMING.maxRetryNanos(), new Random(1)),
            this::execute,
            new HostReporter(log, 7337),
            () -> now);

    private void execute(Runnable attempt) {
        if (noThreads) {
            throw new RejectedExecutionException("for a test");
        }
        attempts.add(attempt);
    }

    /** The services of all hosts. */
    private static final class Services implements ServiceConnector {
        final Set<String> down = new HashSet<>();
        final Map<String, Connection> connections = new HashMap<>();
        final List<String> registrations = new ArrayList<>();
        int attempts;
        boolean closed;

        @Override
        public ServiceConnection register(String host) throws IOException {
            attempts++;
            if (down.contains(host)) {
                throw new IOException("Failed to connect to " + host);
            }
            registrations.add(host);
            Connection connection = new Connection();
            connections.put(host, connection);
            return connection;
        }

        void stop(String host) {
            down.add(host);
            Connection connection = connections.remove(host);
            if (connection != null) {
                connection.active = false;
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static final class Connection implements ServiceConnection {
        boolean active = true;
        boolean broken;
        boolean closed;
        int heartbeats;

        @Override
        public boolean isActive() {
            return active;
        }

        @Override
        public void sendHeartbeat() {
            if (broken) {
                throw new IllegalStateException("for a test");
            }
            heartbeats++;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private void runAttempts() {
        List<Runnable> due = List.copyOf(attempts);
        attempts.clear();
        due.forEach(Runnable::run);
    }

    /** Lets time pass, in steps of the checks, each of which is made with what follows from it. */
    private void pass(long nanos) {
        for (long passed = 0; passed < nanos; passed += TIMING.checkNanos()) {
            now += Math.min(TIMING.checkNanos(), nanos - passed);
            sender.check();
            runAttempts();
        }
    }

    private void register(String host) {
        sender.addHost(host);
        sender.check();
        runAttempts();
        sender.check();
        assertThat(log.take()).containsExactly("INFO Registered with the shuffle service (port 7337) of " + host);
    }

    private Connection connection(String host) {
        Connection connection = services.connections.get(host);
        assertThat(connection).as("connection to " + host).isNotNull();
        return connection;
    }

    @Test
    void registersOnceWithEachHostAndSendsAHeartbeatEveryQuarterOfTheTimeout() {
        register("a");
        sender.addHost("a");
        register("b");
        pass(10 * TIMEOUT);
        assertThat(services.registrations).containsExactly("a", "b");
        assertThat(connection("a").heartbeats).isEqualTo(40);
        assertThat(connection("b").heartbeats).isEqualTo(40);
        assertThat(log.take()).isEmpty();
    }

    @Test
    void registersAgainOnceAServiceIsBackAndLogsBothOnce() {
        register("a");
        pass(TIMEOUT);
        services.stop("a");
        pass(3 * TIMEOUT);
        assertThat(log.take())
                .singleElement()
                .asString()
                .startsWith("WARN Lost the connection to the shuffle service (port 7337) of a;");
        services.down.clear();
        pass(TIMING.maxRetryNanos() + TIMING.checkNanos());
        sender.check();
        assertThat(services.registrations).containsExactly("a", "a");
        assertThat(log.take()).containsExactly("INFO Registered again with the shuffle service (port 7337) of a");
        int before = connection("a").heartbeats;
        pass(TIMEOUT);
        assertThat(connection("a").heartbeats - before).isEqualTo(4);
        assertThat(log.take()).isEmpty();
    }

    @Test
    void comesBackSoonAfterAShortRestart() {
        register("a");
        pass(TIMEOUT);
        services.stop("a");
        services.down.clear();
        pass(3 * TIMING.firstRetryNanos());
        assertThat(services.registrations).containsExactly("a", "a");
    }

    @Test
    void triesMoreRarelyTheLongerAServiceIsAway() {
        register("a");
        services.stop("a");
        services.attempts = 0;
        pass(TIMEOUT);
        int first = services.attempts;
        services.attempts = 0;
        pass(10 * TIMEOUT);
        assertThat(first).isBetween(5, 12);
        assertThat(services.attempts).as("twice to four times in each timeout").isBetween(19, 42);
    }

    @Test
    void slowsDownIfAServiceEndsEachConnectionAtOnce() {
        register("a");
        for (int i = 0; i < 600; i++) {
            connection("a").active = false;
            pass(TIMING.checkNanos());
        }
        assertThat(services.registrations).hasSizeBetween(10, 40);
    }

    @Test
    void namesAHostWithoutAServiceOnceAndUsesItIfOneComesLater() {
        services.down.add("a");
        services.down.add("b");
        sender.addHost("a");
        sender.addHost("b");
        pass(TIMEOUT - TIMING.checkNanos());
        assertThat(log.take()).isEmpty();
        pass(20 * TIMEOUT);
        List<String> lines = log.take();
        assertThat(lines).hasSizeBetween(1, 2).allMatch(line -> line.startsWith("WARN Cannot register"));
        assertThat(String.join(" ", lines)).contains("a", "b", "java.io.IOException: Failed to connect to ");
        services.down.clear();
        pass(TIMEOUT);
        assertThat(services.registrations).containsExactlyInAnyOrder("a", "b");
        assertThat(log.take()).allMatch(line -> line.startsWith("INFO Registered with the shuffle service"));
    }

    @Test
    void oneHostThatAnswersNothingKeepsNoOtherWaiting() {
        register("a");
        services.down.add("dead");
        sender.addHost("dead");
        now += TIMING.checkNanos();
        sender.check();
        assertThat(attempts).as("of the dead host, under way").hasSize(1);
        for (int i = 0; i < 200; i++) {
            now += TIMING.checkNanos();
            sender.check();
        }
        assertThat(attempts).as("never two for one host").hasSize(1);
        assertThat(connection("a").heartbeats).isEqualTo(6);
    }

    @Test
    void survivesAConnectionThatCannotBeUsed() {
        register("a");
        register("b");
        connection("a").broken = true;
        pass(TIMEOUT);
        assertThat(connection("b").heartbeats).isEqualTo(4);
        connection("a").broken = false;
        pass(TIMING.checkNanos());
        assertThat(connection("a").heartbeats).isEqualTo(1);
    }

    @Test
    void triesAgainIfThereIsNoThreadForAnAttempt() {
        noThreads = true;
        sender.addHost("a");
        pass(TIMEOUT / 2);
        assertThat(services.attempts).isZero();
        noThreads = false;
        pass(TIMEOUT);
        assertThat(services.registrations).containsExactly("a");
    }

    @Test
    void closesAllConnectionsInOrderAtTheEnd() {
        register("a");
        register("b");
        sender.close();
        assertThat(connection("a").closed).isTrue();
        assertThat(connection("b").closed).isTrue();
        assertThat(services.closed).isTrue();
        sender.addHost("c");
        pass(TIMEOUT);
        assertThat(services.registrations).containsExactly("a", "b");
        assertThat(connection("a").heartbeats).isZero();
        assertThat(log.take()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesNoConnectionOpenThatWasOnItsWayAtTheEnd(boolean wasUnderWay) {
        sender.addHost("a");
        sender.check();
        if (wasUnderWay) {
            Connection[] late = new Connection[1];
            HeartbeatSender slow = slowSender(late);
            slow.addHost("a");
            slow.check();
            runAttempts();
            assertThat(late[0].closed).isTrue();
        } else {
            sender.close();
            runAttempts();
            assertThat(services.attempts).isZero();
        }
    }

    /** One that is closed while it registers. */
    private HeartbeatSender slowSender(Connection[] late) {
        attempts.clear();
        HeartbeatSender[] slow = new HeartbeatSender[1];
        ServiceConnector connector = new ServiceConnector() {
            @Override
            public ServiceConnection register(String host) {
                slow[0].close();
                late[0] = new Connection();
                return late[0];
            }

            @Override
            public void close() {}
        };
        slow[0] = new HeartbeatSender(
                connector,
                TIMING,
                new RetryBackoff(1, 1, new Random(1)),
                this::execute,
                new HostReporter(log, 7337),
                () -> now);
        return slow[0];
    }

    @Test
    void hasAnEndHoweverManyHostsThereAre() {
        for (int i = 0; i < HeartbeatSender.MAX_HOSTS + 10; i++) {
            sender.addHost("host-" + i);
        }
        sender.check();
        assertThat(attempts).hasSize(HeartbeatSender.MAX_HOSTS);
    }
}
