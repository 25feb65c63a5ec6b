package dev.mesosshuffle.activity;

import java.util.concurrent.RejectedExecutionException;

/** A disk has not answered for long, so that nothing more is begun there. Whoever watches the disk has told of it. */
public final class DiskHangsException extends RejectedExecutionException {
    private static final long serialVersionUID = 1;

    /**
     * Makes one.
     *
     * @param root the root on that disk, for people
     */
    public DiskHangsException(String root) {
        super("root " + root + " does not answer");
    }
}
