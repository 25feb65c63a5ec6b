package dev.mesosshuffle;

import dev.mesosshuffle.transport.SystemdNotifier;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells systemd, if that started the daemon, that it is ready. */
final class SystemdNotice {
    private static final Logger logger = LoggerFactory.getLogger(SystemdNotice.class);

    private SystemdNotice() {}

    /** Sends {@code READY=1}; what goes wrong is a warning, since the daemon serves all the same. */
    static void ready(Map<String, String> environment) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (socket.isEmpty()) {
            return;
        }
        try {
            SystemdNotifier.send(socket, "READY=1");
        } catch (IOException e) {
            logger.warn("Cannot tell systemd that the daemon is ready, so that systemd may end it: {}", OneLine.of(e));
        }
    }
}
