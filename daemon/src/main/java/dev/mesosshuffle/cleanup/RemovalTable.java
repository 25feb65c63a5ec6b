package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.LocalDir;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The removals that are prepared or decided and not complete, one for each dir.
 *
 * <p>Two callers may prepare the removal of one dir, as if it is an orphan for one of them; the store accepts the intent of
 * one. So whichever is decided first takes effect, as what its intent says.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class RemovalTable {
    private final Map<LocalDir, DirRemoval> removals = new ConcurrentHashMap<>();
    private final ByteBudget memory;

    /**
     * Creates an empty table.
     *
     * @param memory what each removal counts against while it is here
     */
    RemovalTable(ByteBudget memory) {
        this.memory = memory;
    }

    /** All of them, some of which may end meanwhile. */
    Collection<DirRemoval> all() {
        return removals.values();
    }

    /** Returns how many dirs wait for their deletion. */
    int pendingDirs() {
        return (int) pending().count();
    }

    /**
     * Returns for how long the oldest of these has waited.
     *
     * @param now the time in ns
     * @return the wait in ns; 0 if nothing waits
     */
    long longestWaitNanos(long now) {
        return pending().mapToLong(removal -> now - removal.decidedAt()).max().orElse(0);
    }

    private Stream<DirRemoval> pending() {
        return removals.values().stream().filter(removal -> removal.isDecided() && !removal.isDeleted());
    }

    /** Adds a removal that is not decided yet, so that no memory is needed when it is. */
    synchronized void prepare(DirRemoval removal) {
        if (!removals.containsKey(removal.dir)) {
            add(removal);
        }
    }

    /**
     * Decides a removal, since its intent is stored. Needs memory only if another caller, who prepared the removal of the
     * same dir first, has cancelled it.
     *
     * @return whether it is to be started; not if it was decided before, or the dir is being removed already
     */
    synchronized boolean decide(DirRemoval removal, long now) {
        DirRemoval current = removals.get(removal.dir);
        if (removal.isDecided() || (current != null && current.isDecided())) {
            return false;
        }
        if (current == null) {
            add(removal);
        } else {
            removals.replace(removal.dir, removal);
        }
        return removal.decide(now);
    }

    private void add(DirRemoval removal) {
        memory.reserve(removal.heapBytes());
        boolean added = false;
        try {
            removals.put(removal.dir, removal);
            added = true;
        } finally {
            if (!added) {
                removals.remove(removal.dir);
                memory.release(removal.heapBytes());
            }
        }
    }

    /** Removes a removal that was prepared, unless it is decided. */
    synchronized void cancel(DirRemoval removal) {
        if (!removal.isDecided()) {
            remove(removal);
        }
    }

    /** Removes a removal that is complete. */
    void remove(DirRemoval removal) {
        if (removals.remove(removal.dir, removal)) {
            memory.release(removal.heapBytes());
        }
    }
}
