package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.concurrent.TurnQueue;
import org.jspecify.annotations.Nullable;

/**
 * The removals under one root that are due, in the order in which they get a turn: first what renames dirs, which is short,
 * then what deletes them, then what may take long without any progress. Within each of these, applications take turns, and
 * all orphans are as one application.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class RemovalTurns {
    private static final Object ORPHANS = new Object();

    private final TurnQueue<DirRemoval> renames = new TurnQueue<>();
    private final TurnQueue<DirRemoval> deletions = new TurnQueue<>();
    private final TurnQueue<DirRemoval> longOnes = new TurnQueue<>();

    private static Object clientOf(DirRemoval removal) {
        return removal.appId == null ? ORPHANS : removal.appId;
    }

    /** The last check of an orphan reads all of its tree; a deletion that is hindered tries all that it cannot delete. */
    private static boolean isLong(DirRemoval removal) {
        return removal.isHindered() || (removal.isOrphan() && !removal.isRenamed());
    }

    /** Adds a removal whose turn comes later. */
    synchronized void add(DirRemoval removal) {
        TurnQueue<DirRemoval> turns = isLong(removal) ? longOnes : removal.isRenamed() ? deletions : renames;
        turns.add(clientOf(removal), removal);
    }

    /** Takes the removal whose turn it is; null if there is none. */
    synchronized @Nullable DirRemoval poll() {
        DirRemoval next = renames.poll();
        if (next == null) {
            next = deletions.poll();
        }
        return next == null ? longOnes.poll() : next;
    }

    /** Whether the turn of a removal should end soon, since it is another's turn. */
    synchronized boolean shouldYield(DirRemoval removal) {
        return renames.size() > 0 || (isLong(removal) ? deletions.size() > 0 : deletions.hasOthers(clientOf(removal)));
    }

    /** The number of removals that wait. */
    synchronized int size() {
        return renames.size() + deletions.size() + longOnes.size();
    }
}
