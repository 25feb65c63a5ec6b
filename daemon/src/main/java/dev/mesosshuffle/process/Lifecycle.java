package dev.mesosshuffle.process;

import dev.mesosshuffle.logging.ErrorMessages;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops the parts of a program in the reverse order of their registration. Used by one thread at a time. */
public final class Lifecycle {
    private static final Logger logger = LoggerFactory.getLogger(Lifecycle.class);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /** Registers a part that runs, to be stopped before those registered earlier. */
    public <T extends AutoCloseable> T register(T part) {
        parts.push(part);
        return part;
    }

    /** Stops all parts, the last one first; one that fails does not keep the others from being stopped. */
    public void stop() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception | OutOfMemoryError e) {
                logger.warn("{} did not stop cleanly: {}", part.getClass().getSimpleName(), ErrorMessages.of(e));
            }
        }
    }
}
