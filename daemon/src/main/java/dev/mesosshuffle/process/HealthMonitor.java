package dev.mesosshuffle.process;

import dev.mesosshuffle.concurrent.PeriodicTask;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Probes the daemon periodically, and reports that it is healthy to systemd and to health checks that have nothing but a
 * shell. Close it before any of the components, and before the connection with systemd.
 */
public final class HealthMonitor implements AutoCloseable {
    /** The longest time between two probes; {@code check-mesos-shuffle-service.sh} allows for three of them. */
    private static final Duration INTERVAL = Duration.ofSeconds(20);

    /** After how many intervals without all responses the daemon is not healthy. */
    private static final int TOLERATED_INTERVALS = 3;

    /** How often components are probed within the timeout of systemd's watchdog. */
    private static final int PROBES_PER_TIMEOUT = 3;

    private final HealthIndicator indicator;
    private final Watchdog watchdog;
    private final Duration interval;
    private final PeriodicTask task;

    /** Written by the task's thread alone. */
    private boolean started;

    /** When all components had last responded, or the first probe began. */
    private volatile long healthyAt = System.nanoTime();

    /**
     * Creates a monitor that does not run yet.
     *
     * @param probes of the components that must respond, by name
     * @param port where the daemon listens
     * @param systemd is notified if it has a watchdog
     */
    public HealthMonitor(Map<String, Supplier<CompletableFuture<Void>>> probes, int port, SystemdNotifier systemd) {
        this.indicator = new HealthIndicator(port, Path.of("/proc/uptime"));
        this.watchdog = new Watchdog(
                probes,
                () -> {
                    healthyAt = System.nanoTime();
                    indicator.run();
                    systemd.feedWatchdog();
                },
                System::nanoTime);
        this.interval = interval(systemd.watchdogTimeout());
        this.task = new PeriodicTask(HealthIndicator.NONE, this::check);
    }

    /** Starts the periodic probes. */
    public void start() {
        task.start(Duration.ZERO, interval);
    }

    /** Returns the last judgement, as the health check that has nothing but a shell makes it. For any thread. */
    public HealthReport report() {
        boolean isHealthy = System.nanoTime() - healthyAt
                < interval.multipliedBy(TOLERATED_INTERVALS).toNanos();
        return new HealthReport(isHealthy, watchdog.unresponsive());
    }

    private void check() {
        if (!started) {
            started = true;
            healthyAt = System.nanoTime();
            // The daemon has just started; and a component that never responds must not look like one that nobody
            // probes.
            indicator.run();
        }
        watchdog.run();
    }

    /** The time between two probes, for a timeout of systemd's watchdog, which is zero if it is off. */
    static Duration interval(Duration watchdogTimeout) {
        Duration wanted = watchdogTimeout.dividedBy(PROBES_PER_TIMEOUT);
        return wanted.isZero() || wanted.compareTo(INTERVAL) > 0 ? INTERVAL : wanted;
    }

    @Override
    public void close() {
        task.close();
    }
}
