package dev.mesosshuffle.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Keeps the driver registered with the shuffle services of all hosts that ever ran one of its executors: their files are
 * needed while the application lives, whether or not an executor is left there.
 *
 * <p><b>Concurrency:</b> for any thread; {@link #check} is called by one. Attempts to register, which block, are made by the
 * executor, at most one at a time for a host.
 */
final class HeartbeatSender {
    /** More than any cluster has. */
    static final int MAX_HOSTS = 10_000;

    private final ServiceConnector connector;
    private final HeartbeatTiming timing;
    private final RetryBackoff backoff;
    private final Executor attempts;
    private final HostReporter reporter;
    private final LongSupplier ticker;

    private final Map<String, ShuffleHost> hosts = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Creates a sender without hosts.
     *
     * @param connector registers the driver; closed by {@link #close}
     * @param attempts runs what blocks
     * @param ticker the time in ns, monotonic
     */
    HeartbeatSender(
            ServiceConnector connector,
            HeartbeatTiming timing,
            RetryBackoff backoff,
            Executor attempts,
            HostReporter reporter,
            LongSupplier ticker) {
        this.connector = connector;
        this.timing = timing;
        this.backoff = backoff;
        this.attempts = attempts;
        this.reporter = reporter;
        this.ticker = ticker;
    }

    /** An executor runs on a host; nothing happens if the host is known. */
    void addHost(String name) {
        if (!closed && hosts.size() < MAX_HOSTS) {
            hosts.computeIfAbsent(name, host -> new ShuffleHost(host, timing, backoff, reporter, ticker.getAsLong()));
        }
    }

    /** Sends the heartbeats that are due, begins the attempts that are due, and logs what became of hosts. */
    void check() {
        for (ShuffleHost host : hosts.values()) {
            if (closed) {
                return;
            }
            check(host);
        }
        reporter.flush();
    }

    private void check(ShuffleHost host) {
        boolean isAttemptDue = false;
        try {
            isAttemptDue = host.check(ticker.getAsLong());
            if (isAttemptDue) {
                attempts.execute(() -> register(host));
            }
        } catch (RuntimeException | Error e) {
            // No thread or no memory: the next check tries again, and other hosts have theirs.
            if (isAttemptDue) {
                host.failed(e, ticker.getAsLong());
            }
        }
    }

    private void register(ShuffleHost host) {
        if (closed) {
            return;
        }
        ServiceConnection connection;
        try {
            connection = connector.register(host.name());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            host.failed(e, ticker.getAsLong());
            return;
        } catch (Throwable e) {
            host.failed(e, ticker.getAsLong());
            return;
        }
        if (!host.registered(connection, ticker.getAsLong())) {
            connection.close();
        }
    }

    /** Closes all connections in order, one after the other, and begins no other. May block for long. */
    void close() {
        closed = true;
        List<ServiceConnection> open = new ArrayList<>();
        for (ShuffleHost host : hosts.values()) {
            ServiceConnection connection = host.close();
            if (connection != null) {
                open.add(connection);
            }
        }
        for (ServiceConnection connection : open) {
            try {
                connection.close();
            } catch (RuntimeException e) {
                // It has ended in another way then.
            }
        }
        connector.close();
    }
}
