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

    PreparedRemovals(Reclaimer reclaimer, int count) {
        this.reclaimer = reclaimer;
        this.removals = new ArrayList<>(count);
    }

    void add(DirRemoval removal) {
        removals.add(removal);
    }

    /** Deletes the dirs, since the intents are stored. To repeat it has no effect. */
    public void start() {
        // By index: an iterator would need memory.
        for (int i = 0; i < removals.size(); i++) {
            reclaimer.start(removals.get(i));
        }
    }

    /** Forgets those that were not started, since the intents are not stored. */
    public void cancel() {
        for (int i = 0; i < removals.size(); i++) {
            reclaimer.cancel(removals.get(i));
        }
    }
}
