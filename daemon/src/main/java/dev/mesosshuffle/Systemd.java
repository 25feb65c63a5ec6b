package dev.mesosshuffle;

import dev.mesosshuffle.transport.SystemdNotifier;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells systemd, if that started the daemon, that it is ready, and from then on, if that is asked for, that it is well. */
final class Systemd {
    private static final Logger logger = LoggerFactory.getLogger(Systemd.class);

    /** How often the daemon's parts are asked within the time after which systemd takes it for hung. */
    private static final int QUESTIONS_PER_TIMEOUT = 3;

    private Systemd() {}

    /**
     * Sends {@code READY=1} and starts to feed the watchdog; what goes wrong is a warning, since the daemon serves all
     * the same.
     *
     * @param environment where systemd says what it wants to know
     * @param parts what must answer, by name
     * @return to be closed before any of the parts is
     */
    static AutoCloseable start(Map<String, String> environment, Map<String, Supplier<CompletableFuture<Void>>> parts) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (socket.isEmpty()) {
            return () -> {};
        }
        try {
            SystemdNotifier notifier = SystemdNotifier.open(socket);
            notifier.send("READY=1");
            Duration timeout =
                    watchdogTimeout(environment, ProcessHandle.current().pid());
            return timeout.isZero() ? notifier : watch(notifier, parts, timeout);
        } catch (IOException e) {
            logger.warn("Cannot tell systemd that the daemon is ready, so that systemd may end it: {}", OneLine.of(e));
            return () -> {};
        }
    }

    private static AutoCloseable watch(
            SystemdNotifier notifier, Map<String, Supplier<CompletableFuture<Void>>> parts, Duration timeout) {
        Watchdog watchdog = new Watchdog(parts, () -> feed(notifier), System::nanoTime);
        ScheduledExecutorService timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "watchdog");
            thread.setDaemon(true);
            return thread;
        });
        var unused =
                timer.scheduleAtFixedRate(watchdog, 0, timeout.toNanos() / QUESTIONS_PER_TIMEOUT, TimeUnit.NANOSECONDS);
        return () -> {
            timer.shutdownNow();
            notifier.close();
        };
    }

    private static void feed(SystemdNotifier notifier) {
        try {
            notifier.send("WATCHDOG=1");
        } catch (IOException e) {
            logger.warn("Cannot tell systemd that the daemon is well, so that systemd may end it: {}", OneLine.of(e));
        }
    }

    /** The time without a word after which systemd ends this process; zero if it does not. */
    static Duration watchdogTimeout(Map<String, String> environment, long ownPid) {
        String pid = environment.getOrDefault("WATCHDOG_PID", "");
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        if (micros.isEmpty() || !(pid.isEmpty() || pid.equals(Long.toString(ownPid)))) {
            return Duration.ZERO;
        }
        try {
            return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(Long.parseLong(micros)));
        } catch (NumberFormatException e) {
            logger.warn("WATCHDOG_USEC: {} (expected: a number of microseconds); the watchdog is not fed", micros);
            return Duration.ZERO;
        }
    }
}
