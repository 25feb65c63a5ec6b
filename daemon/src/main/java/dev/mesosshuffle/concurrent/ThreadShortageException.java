package dev.mesosshuffle.concurrent;

import java.util.concurrent.RejectedExecutionException;

/** Work is rejected because no thread can be created for it, and not because the queue is full. */
public final class ThreadShortageException extends RejectedExecutionException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates one.
     *
     * @param cause the error that the JVM reported
     */
    public ThreadShortageException(OutOfMemoryError cause) {
        super("no thread can be made for it; see the log of the shuffle service", cause);
    }
}
