package dev.mesosshuffle.process;

import dev.mesosshuffle.logging.ErrorMessages;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was started, to be stopped in reverse. Used by one thread at a time. */
public final class Lifecycle {
    private static final Logger logger = LoggerFactory.getLogger(Lifecycle.class);

    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    /** Notes a part that runs. */
    public <T extends AutoCloseable> T started(T part) {
        started.push(part);
        return part;
    }

    /** Stops all parts, the last one first; one that fails does not keep the others from being stopped. */
    public void stop() {
        while (!started.isEmpty()) {
            AutoCloseable part = started.pop();
            try {
                part.close();
            } catch (Exception | OutOfMemoryError e) {
                logger.warn("{} was not stopped in order: {}", part.getClass().getSimpleName(), ErrorMessages.of(e));
            }
        }
    }
}
