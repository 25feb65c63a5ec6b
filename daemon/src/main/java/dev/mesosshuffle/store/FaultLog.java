package dev.mesosshuffle.store;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the operator when something begins to fail and when it works again, and nothing in between. */
final class FaultLog {
    private static final Logger logger = LoggerFactory.getLogger(StateStore.class);

    private final AtomicBoolean failing = new AtomicBoolean();
    private final String what;
    private final String consequence;

    FaultLog(String what, String consequence) {
        this.what = what;
        this.consequence = consequence;
    }

    void failed(Throwable reason) {
        if (failing.compareAndSet(false, true)) {
            logger.error("{} fails: {}; {}", what, reason.getMessage(), consequence);
        }
    }

    /** As {@link #failed}, for what costs nobody anything yet. */
    void warned(Throwable reason) {
        if (failing.compareAndSet(false, true)) {
            logger.warn("{} fails: {}; {}", what, reason.getMessage(), consequence);
        }
    }

    void worked() {
        worked("");
    }

    /**
     * Tells that it works again, if it did not.
     *
     * @param result what follows after these words
     */
    void worked(String result) {
        if (failing.get() && failing.compareAndSet(true, false)) {
            logger.info("{} works again{}", what, result);
        }
    }

    /** Tells of what cannot be made good. */
    void lost(String line) {
        logger.error("{}", line);
    }
}
