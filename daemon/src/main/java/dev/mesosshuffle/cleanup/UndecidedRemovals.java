package dev.mesosshuffle.cleanup;

import org.jspecify.annotations.Nullable;

/**
 * The removals whose intents are stored, and which could not be decided for lack of memory. A list that needs none: each removal
 * has the link to the next one. For any thread.
 */
final class UndecidedRemovals {
    private @Nullable DirRemoval first;

    synchronized void add(DirRemoval removal) {
        removal.link(first);
        first = removal;
    }

    /** Takes all of them; returns the first, by which the others are found ({@link DirRemoval#unlink}), or null. */
    synchronized @Nullable DirRemoval takeAll() {
        DirRemoval all = first;
        first = null;
        return all;
    }
}
