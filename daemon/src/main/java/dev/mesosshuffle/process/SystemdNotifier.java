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
 * Notifies systemd, if it started the daemon, that the daemon is ready, and feeds its watchdog if that is on. A failure is
 * logged as a warning, since the daemon serves regardless. For any thread, but closed when none uses it.
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
     * @param environment names the socket of systemd and the timeout of its watchdog
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
                    "Cannot notify systemd that the daemon is ready, so systemd may stop it: {}", ErrorMessages.of(e));
            return new SystemdNotifier(null, Duration.ZERO);
        }
    }

    /** The time without a notification after which systemd ends this process; zero if it does not. */
    Duration watchdogTimeout() {
        return watchdogTimeout;
    }

    /** Notifies systemd that the daemon is healthy, if its watchdog is on. */
    void feedWatchdog() {
        if (notifier == null || watchdogTimeout.isZero()) {
            return;
        }
        try {
            notifier.send("WATCHDOG=1");
        } catch (IOException e) {
            logger.warn(
                    "Cannot feed the watchdog of systemd, so systemd may restart this service: {}",
                    ErrorMessages.of(e));
        }
    }

    /** Whether systemd started the daemon and can be reached. */
    public boolean isAvailable() {
        return notifier != null;
    }

    /**
     * Has systemd keep a descriptor over restarts, and pass it to the next process of this service. Loads JNA.
     *
     * @param name by which that process knows it
     * @param descriptor stays the caller's; systemd gets a duplicate
     */
    public void keep(String name, int descriptor) {
        if (notifier == null) {
            return;
        }
        try {
            // It says nothing when the other end closes: what is kept is removed by name alone.
            notifier.send("FDSTORE=1\nFDNAME=" + name + "\nFDPOLL=0", descriptor);
        } catch (IOException e) {
            logger.warn(
                    "Cannot have systemd keep the listening socket, so a restart will refuse connections: {}",
                    ErrorMessages.of(e));
        }
    }

    /** Has systemd close what it keeps under a name. */
    public void forget(String name) {
        if (notifier == null) {
            return;
        }
        try {
            notifier.send("FDSTOREREMOVE=1\nFDNAME=" + name);
        } catch (IOException e) {
            logger.info("Cannot have systemd close what it keeps as {}: {}", name, ErrorMessages.of(e));
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
