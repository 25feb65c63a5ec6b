package dev.mesosshuffle.process;

import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes when the daemon was last healthy to anyone who lists its threads: the thread that runs this takes the name
 * {@code PORT SECONDS}, the seconds since the host's boot. A health check that has nothing but a shell finds it in
 * {@code /proc}, even when the whole process hangs; and no disk is involved, which may be full or hang.
 *
 * <p><b>Concurrency:</b> for one thread, whose name it changes.
 */
final class HealthIndicator implements Runnable {
    /** The thread's name while there is nothing to publish. */
    static final String NONE = "watchdog";

    private static final Logger logger = LoggerFactory.getLogger(HealthIndicator.class);

    private final int port;
    private final Path uptime;

    /**
     * Creates an indicator.
     *
     * @param port where the daemon listens
     * @param uptime {@code /proc/uptime}
     */
    HealthIndicator(int port, Path uptime) {
        this.port = port;
        this.uptime = uptime;
    }

    /** Publishes that the daemon is healthy now. */
    @Override
    public void run() {
        try {
            String seconds = Files.readString(uptime).split("\\.", 2)[0];
            // The kernel keeps 15 characters of a name: the longest port, and 31 years.
            Thread.currentThread().setName(port + " " + seconds);
        } catch (IOException e) {
            logger.debug("Cannot publish the health of the daemon: {}", ErrorMessages.of(e));
            Thread.currentThread().setName(NONE);
        }
    }
}
