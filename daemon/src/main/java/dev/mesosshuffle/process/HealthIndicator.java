package dev.mesosshuffle.process;

import dev.mesosshuffle.logging.ErrorMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows when the daemon was last well to anyone who lists its threads: the thread that runs this takes the name
 * {@code PORT SECONDS}, the seconds since the host's boot. A health check that has nothing but a shell finds it in
 * {@code /proc}, also when the whole process has come to a stop; and no disk, which may be full or hang, has to do with it.
 *
 * <p><b>Concurrency:</b> for one thread, whose name it changes.
 */
final class HealthIndicator implements Runnable {
    /** The thread's name while there is nothing to show. */
    static final String NONE = "watchdog";

    private static final Logger logger = LoggerFactory.getLogger(HealthIndicator.class);

    private final int port;
    private final Path uptime;

    /**
     * Makes one.
     *
     * @param port where the daemon listens
     * @param uptime {@code /proc/uptime}
     */
    HealthIndicator(int port, Path uptime) {
        this.port = port;
        this.uptime = uptime;
    }

    /** Shows that the daemon is well now. */
    @Override
    public void run() {
        try {
            String seconds = Files.readString(uptime).split("\\.", 2)[0];
            // The kernel keeps 15 characters of a name: the longest port, and 31 years.
            Thread.currentThread().setName(port + " " + seconds);
        } catch (IOException e) {
            logger.debug("No sign for health checks: {}", ErrorMessages.of(e));
            Thread.currentThread().setName(NONE);
        }
    }
}
