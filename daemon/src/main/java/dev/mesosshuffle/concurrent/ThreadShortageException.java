package dev.mesosshuffle.concurrent;

import java.util.concurrent.RejectedExecutionException;

/** Work is refused, not because too much waits, but because no thread can be made to do it. */
public final class ThreadShortageException extends RejectedExecutionException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates one.
     *
     * @param cause what the JVM said
     */
    public ThreadShortageException(OutOfMemoryError cause) {
        super("no thread can be made for it; see the log of the shuffle service", cause);
    }
}
