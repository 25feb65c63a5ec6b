package dev.mesosshuffle.cleanup;

import java.util.ArrayList;
import java.util.List;

/**
 * Removals that wait until their intents are stored. To start them needs no memory of its own: a removal that cannot begin
 * at once is retried. For any thread.
 */
public final class PreparedRemovals {
    private final Reclaimer reclaimer;
    private final List<DirRemoval> removals;
    private int started;
    private boolean cancelled;

    PreparedRemovals(Reclaimer reclaimer, int count) {
        this.reclaimer = reclaimer;
        this.removals = new ArrayList<>(count);
    }

    void add(DirRemoval removal) {
        removals.add(removal);
    }

    /** Deletes the dirs, since the intents are stored. To repeat it has no effect. */
    public synchronized void start() {
        // By index: an iterator would need memory.
        while (!cancelled && started < removals.size()) {
            reclaimer.start(removals.get(started));
            started++;
        }
    }

    /**
     * As {@link #start}, though they may have been cancelled: the intents are stored after that seemed to have failed, because
     * it took too long.
     */
    public synchronized void startLate() {
        cancelled = false;
        start();
    }

    /** Forgets those that were not started, since the intents are not stored. */
    public synchronized void cancel() {
        cancelled = true;
        for (int i = started; i < removals.size(); i++) {
            reclaimer.cancel(removals.get(i));
        }
    }
}
