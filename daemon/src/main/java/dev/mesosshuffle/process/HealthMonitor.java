package dev.mesosshuffle.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Watches the daemon on a thread of its own, and tells health checks and systemd as long as all of its parts answer. */
public final class HealthMonitor {
    /** How often the parts are asked at least; {@code check-mesos-shuffle-service.sh} lets three times this pass. */
    private static final Duration INTERVAL = Duration.ofSeconds(20);

    /** How often they are asked within the time after which systemd takes the daemon for hung. */
    private static final int QUESTIONS_PER_TIMEOUT = 3;

    private HealthMonitor() {}

    /**
     * Begins to watch.
     *
     * @param parts what must answer, by name
     * @param port where the daemon listens
     * @return to be closed before any of the parts, and before the connection with systemd, is
     */
    public static AutoCloseable watch(
            Map<String, Supplier<CompletableFuture<Void>>> parts, int port, SystemdNotifier systemd) {
        HealthIndicator sign = new HealthIndicator(port, Path.of("/proc/uptime"));
        Watchdog watchdog = new Watchdog(
                parts,
                () -> {
                    sign.run();
                    systemd.feed();
                },
                System::nanoTime);
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, HealthIndicator.NONE);
            thread.setDaemon(true);
            return thread;
        });
        // It has just started; and a part that never answers is not to be taken for one that nobody watches.
        timer.execute(sign);
        long nanos = interval(systemd.watchdogTimeout()).toNanos();
        var unused = timer.scheduleAtFixedRate(watchdog, 0, nanos, TimeUnit.NANOSECONDS);
        return timer::shutdownNow;
    }

    /** The time between two questions, for a timeout of systemd's, which is zero if there is none. */
    static Duration interval(Duration watchdogTimeout) {
        Duration wanted = watchdogTimeout.dividedBy(QUESTIONS_PER_TIMEOUT);
        return wanted.isZero() || wanted.compareTo(INTERVAL) > 0 ? INTERVAL : wanted;
    }
}
