package dev.mesosshuffle;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd, if that started the daemon, that it is ready. Java 17 cannot write to the socket for that, which is a
 * unix datagram one, so {@code systemd-notify} does.
 */
final class SystemdNotice {
    private static final Logger log = LoggerFactory.getLogger(SystemdNotice.class);
    private static final long LIMIT_SECONDS = 10;

    private SystemdNotice() {}

    /** Sends {@code READY=1}; whatever goes wrong is a warning, since the daemon serves all the same. */
    static void ready(Map<String, String> environment) {
        if (environment.getOrDefault("NOTIFY_SOCKET", "").isEmpty()) {
            return;
        }
        try {
            Process process = new ProcessBuilder("systemd-notify", "--ready")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                warn("systemd-notify took more than " + LIMIT_SECONDS + " s");
            } else if (process.exitValue() != 0) {
                warn("systemd-notify ended with " + process.exitValue());
            }
        } catch (IOException e) {
            warn(OneLine.of(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void warn(String reason) {
        log.warn("Cannot tell systemd that the daemon is ready, so that it may end it: {}", reason);
    }
}
