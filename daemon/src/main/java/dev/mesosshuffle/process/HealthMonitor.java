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

    /** How often components are probed within the timeout of systemd's watchdog. */
    private static final int PROBES_PER_TIMEOUT = 3;

    private final HealthIndicator indicator;
    private final Watchdog watchdog;
    private final Duration interval;
    private final PeriodicTask task;

    /** Written by the task's thread alone. */
    private boolean started;

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

    private void check() {
        if (!started) {
            started = true;
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
