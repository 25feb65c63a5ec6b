package dev.mesosshuffle.activity;

import java.util.concurrent.RejectedExecutionException;

/** A disk has not responded for long, so no further task is started there. The prober of the disk has logged it. */
public final class DiskHangsException extends RejectedExecutionException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception.
     *
     * @param root the root on that disk, for operators
     */
    public DiskHangsException(String root) {
        super("root " + root + " does not respond");
    }
}
