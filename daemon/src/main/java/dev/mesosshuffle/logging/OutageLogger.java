package dev.mesosshuffle.logging;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;

/** Logs when something begins to fail and when it works again, and nothing in between. For any thread. */
public final class OutageLogger {
    private final AtomicBoolean failing = new AtomicBoolean();
    private final Logger logger;
    private final String what;
    private final String consequence;

    /**
     * Creates a logger of one kind of outage.
     *
     * @param logger the logger of the class that notices the outage
     * @param what the operation that may fail
     * @param consequence what follows while it fails, and what to do
     */
    public OutageLogger(Logger logger, String what, String consequence) {
        this.logger = logger;
        this.what = what;
        this.consequence = consequence;
    }

    public void failed(Throwable reason) {
        if (failing.compareAndSet(false, true)) {
            logger.error("{} fails: {}; {}", what, reason.getMessage(), consequence);
        }
    }

    /** As {@link #failed}, for what costs nobody anything yet. */
    public void warned(Throwable reason) {
        if (failing.compareAndSet(false, true)) {
            logger.warn("{} fails: {}; {}", what, reason.getMessage(), consequence);
        }
    }

    public void recovered() {
        recovered("");
    }

    /**
     * Tells that it works again, if it did not.
     *
     * @param result what follows after these words
     */
    public void recovered(String result) {
        if (failing.get() && failing.compareAndSet(true, false)) {
            logger.info("{} works again{}", what, result);
        }
    }

    /** Tells of what cannot be made good. */
    public void lost(String line) {
        logger.error("{}", line);
    }
}
