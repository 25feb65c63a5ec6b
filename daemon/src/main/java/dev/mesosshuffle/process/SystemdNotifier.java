package dev.mesosshuffle.process;

import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd, if that started the daemon, that it is ready, and from then on, if that is asked for, that it is well. What
 * goes wrong is a warning, since the daemon serves all the same.
 */
public final class SystemdNotifier implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(SystemdNotifier.class);

    private final @Nullable NotifySocket notifier;
    private final Duration watchdogTimeout;

    private SystemdNotifier(@Nullable NotifySocket notifier, Duration watchdogTimeout) {
        this.notifier = notifier;
        this.watchdogTimeout = watchdogTimeout;
    }

    /**
     * Sends {@code READY=1}.
     *
     * @param environment where systemd says what it wants to know
     */
    public static SystemdNotifier start(Map<String, String> environment) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (socket.isEmpty()) {
            return new SystemdNotifier(null, Duration.ZERO);
        }
        try {
            NotifySocket notifier = NotifySocket.open(socket);
            notifier.send("READY=1");
            return new SystemdNotifier(
                    notifier,
                    watchdogTimeout(environment, ProcessHandle.current().pid()));
        } catch (IOException e) {
            logger.warn(
                    "Cannot tell systemd that the daemon is ready, so that systemd may end it: {}",
                    ErrorMessages.of(e));
            return new SystemdNotifier(null, Duration.ZERO);
        }
    }

    /** The time without a word after which systemd ends this process; zero if it does not. */
    Duration watchdogTimeout() {
        return watchdogTimeout;
    }

    /** Says that the daemon is well, if systemd wants to hear that. */
    void feed() {
        if (notifier == null || watchdogTimeout.isZero()) {
            return;
        }
        try {
            notifier.send("WATCHDOG=1");
        } catch (IOException e) {
            logger.warn(
                    "Cannot tell systemd that the daemon is well, so that systemd may end it: {}", ErrorMessages.of(e));
        }
    }

    @Override
    public void close() {
        if (notifier != null) {
            notifier.close();
        }
    }

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
