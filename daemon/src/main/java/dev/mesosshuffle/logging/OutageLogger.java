package dev.mesosshuffle.logging;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;

/** Logs the start and the end of an outage, and nothing in between. For any thread. */
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

    /** Logs the start of an outage at ERROR, unless it is logged already. */
    public void failed(Throwable reason) {
        if (failing.compareAndSet(false, true)) {
            logger.error("{} fails: {}; {}", what, reason.getMessage(), consequence);
        }
    }

    /** As {@link #failed}, at WARN, for an outage without effect on clients. */
    public void warned(Throwable reason) {
        if (failing.compareAndSet(false, true)) {
            logger.warn("{} fails: {}; {}", what, reason.getMessage(), consequence);
        }
    }

    /** Logs the end of the outage, if there is one. */
    public void recovered() {
        recovered("");
    }

    /**
     * Logs the end of the outage, if there is one.
     *
     * @param result appended to the line
     */
    public void recovered(String result) {
        if (failing.get() && failing.compareAndSet(true, false)) {
            logger.info("{} works again{}", what, result);
        }
    }

    /** Logs a permanent loss. */
    public void lost(String line) {
        logger.error("{}", line);
    }
}
