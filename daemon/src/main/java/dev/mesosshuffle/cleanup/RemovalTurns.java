package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.concurrent.TurnQueue;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The removals under one root that are due, in the order in which they get a turn: first what renames dirs, which is short,
 * then what deletes them, then what may take long without any progress. Within each of these, applications take turns.
 * Orphans are as one application in that, and take turns with each other.
 *
 * <p>What may take long starts from the beginning in each turn, so its turns double in length: whoever has had the fewest comes first, and
 * waits for no more than a first turn of any other. All of a tree costs at most twice as much as in one turn.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class RemovalTurns {
    private static final Object ORPHANS = new Object();

    private final TurnQueue<DirRemoval> renames = new TurnQueue<>();
    private final TurnQueue<DirRemoval> deletions = new TurnQueue<>();

    /** By the number of turns that each has had in vain; no queue is empty. */
    private final NavigableMap<Integer, TurnQueue<DirRemoval>> longOnes = new TreeMap<>();

    private static Object clientOf(DirRemoval removal) {
        return removal.appId == null ? ORPHANS : removal.appId;
    }

    /** Adds a removal whose turn comes later. */
    synchronized void add(DirRemoval removal) {
        if (removal.isLong()) {
            addLong(removal);
        } else {
            (removal.isRenamed() ? deletions : renames).add(clientOf(removal), removal);
        }
    }

    private void addLong(DirRemoval removal) {
        Integer key = removal.turnsInVain();
        TurnQueue<DirRemoval> turns = longOnes.computeIfAbsent(key, absent -> new TurnQueue<>());
        try {
            turns.add(clientOf(removal), removal);
        } finally {
            if (turns.size() == 0) {
                // There was no memory for it.
                longOnes.remove(key);
            }
        }
    }

    /** Takes the removal whose turn it is; null if there is none. */
    synchronized @Nullable DirRemoval poll() {
        DirRemoval next = renames.poll();
        if (next == null) {
            next = deletions.poll();
        }
        return next == null ? pollLong() : next;
    }

    private @Nullable DirRemoval pollLong() {
        if (longOnes.isEmpty()) {
            return null;
        }
        // By key: an entry would need memory, and what is not taken for lack of it is left without a task.
        Integer key = longOnes.firstKey();
        TurnQueue<DirRemoval> fewest = longOnes.get(key);
        DirRemoval next = fewest == null ? null : fewest.poll();
        if (fewest == null || fewest.size() == 0) {
            longOnes.remove(key);
        }
        return next;
    }

    /**
     * Whether the turn of a removal, as long as a first turn is, should end soon, since it is another's turn.
     *
     * @param isUsedUp whether the turn is as long as this removal's own may be
     * @param hasDeleted whether anything was deleted in it
     */
    synchronized boolean shouldYield(DirRemoval removal, boolean isUsedUp, boolean hasDeleted) {
        if (renames.size() > 0) {
            return true;
        }
        if (removal.isLong()) {
            return deletions.size() > 0
                    || (!longOnes.isEmpty() && (isUsedUp || longOnes.firstKey() < removal.turnsInVain()));
        }
        return deletions.hasOthers(clientOf(removal))
                || (removal.isOrphan() && deletions.size() > 0)
                || (!hasDeleted && !longOnes.isEmpty());
    }

    /** The number of removals that wait. */
    synchronized int size() {
        return renames.size()
                + deletions.size()
                + longOnes.values().stream().mapToInt(TurnQueue::size).sum();
    }
}
