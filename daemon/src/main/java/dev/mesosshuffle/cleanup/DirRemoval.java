package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The progress of one dir's removal, and when the next attempt is due.
 *
 * <p>Between a {@link #startIfDue} that returns true and the next {@link #reschedule}, it belongs to one thread; before and
 * after, only {@code startIfDue} and {@link #makeDue} may be called, by any thread.
 */
final class DirRemoval {
    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final int DELAY_GROWTH = 4;

    /** What cannot be deleted in a few minutes needs an operator. */
    static final Duration MAX_DELAY = Duration.ofHours(1);

    /** A dir that was still written to when its application expired needs no operator. */
    private static final int FAILURES_BEFORE_WARNING = 3;

    /** Without the texts of its path: this object, its places in maps and queues, its path, and the entry of its intent. */
    private static final int HEAP_BYTES = 450;

    final LocalDir dir;
    final @Nullable String appId;
    final @Nullable Long rootInode;

    private volatile long decidedAt;

    /** Until it is decided, it is as if one attempt were in progress. */
    private boolean inProgress = true;

    private volatile boolean decided;
    private long dueAt;
    private boolean renamed;
    private boolean hindered;
    private int turnsInVain;
    private boolean measured;
    private volatile long bytes;
    private int failures;
    private boolean refusalLogged;
    private volatile boolean deleted;
    private @Nullable DirRemoval next;

    /** Creates one that is not decided yet. */
    DirRemoval(StoredRemoval intent) {
        this.dir = intent.dir();
        this.appId = intent.appId();
        this.rootInode = intent.rootInode();
    }

    /** Puts it before another one in a list of those to be decided later, for which it needs no memory. */
    void link(@Nullable DirRemoval following) {
        next = following;
    }

    /** Takes it, the first, from that list; returns the next one. */
    @Nullable
    DirRemoval unlink() {
        DirRemoval following = next;
        next = null;
        return following;
    }

    /** Makes the first attempt due, because the intent is stored; returns false if that was done before. */
    synchronized boolean decide(long now) {
        if (decided) {
            return false;
        }
        decidedAt = now;
        dueAt = now;
        inProgress = false;
        decided = true;
        return true;
    }

    /** How many bytes of heap it occupies here and in the store's index of intents, estimated from above. */
    long heapBytes() {
        return HEAP_BYTES + 4L * dir.path().toString().length();
    }

    boolean isDecided() {
        return decided;
    }

    /** When it was decided, so that nothing of the dir is read by whoever did not begin before. */
    long decidedAt() {
        return decidedAt;
    }

    boolean isOrphan() {
        return appId == null;
    }

    /** Names the dir and what it is, for operators. */
    String describe() {
        return appId == null ? "orphan " + dir.path() : "local dir " + dir.path() + " of expired application " + appId;
    }

    /** Starts an attempt if one is due and none is in progress; {@link #reschedule} ends the attempt. */
    synchronized boolean startIfDue(long now) {
        if (inProgress || now - dueAt < 0) {
            return false;
        }
        inProgress = true;
        return true;
    }

    synchronized void reschedule(Duration delay, long now) {
        dueAt = now + delay.toNanos();
        inProgress = false;
    }

    /** Makes the next attempt due now, whatever it waits for. */
    synchronized void makeDue(long now) {
        if (!inProgress && !deleted) {
            dueAt = now;
        }
    }

    long bytes() {
        return bytes;
    }

    boolean isRenamed() {
        return renamed;
    }

    /** From here on, a dir under the original name is not ours. */
    void renamed() {
        turnsInVain = 0;
        renamed = true;
    }

    /** Returns whether some of the dir could not be deleted when it could not all be tried in one turn. */
    boolean isHindered() {
        return hindered;
    }

    void hindered() {
        hindered = true;
    }

    /**
     * Whether a turn may end without any progress, since the next starts from the beginning: the last check of an orphan
     * reads all of its tree; a deletion that is hindered tries all that it cannot delete.
     */
    boolean isLong() {
        return hindered || (isOrphan() && !renamed);
    }

    /** How many turns of what {@link #isLong} were used up in the current attempt. */
    int turnsInVain() {
        return turnsInVain;
    }

    /** Records such a turn. */
    void turnInVain() {
        if (isLong()) {
            turnsInVain++;
        }
    }

    /** Returns whether the dir is deleted, so that only the intent is left. */
    boolean isDeleted() {
        return deleted;
    }

    void deleted() {
        deleted = true;
    }

    boolean isMeasured() {
        return measured;
    }

    /** Records how many bytes are left to be deleted. */
    void measured(long size, LongAdder pendingBytes) {
        pendingBytes.add(size - bytes);
        measured = true;
        bytes = size;
    }

    /** Counts a failure; returns how long to wait before the next attempt. */
    Duration failed() {
        failures++;
        turnsInVain = 0;
        Duration delay = FIRST_DELAY;
        for (int i = 1; i < failures && delay.compareTo(MAX_DELAY) < 0; i++) {
            delay = delay.multipliedBy(DELAY_GROWTH);
        }
        return delay.compareTo(MAX_DELAY) < 0 ? delay : MAX_DELAY;
    }

    /** Returns true for one of the failures only, so that the operator is warned once. */
    boolean shouldWarn() {
        return failures == FAILURES_BEFORE_WARNING;
    }

    /** Returns true once, so that the operator is warned once. */
    boolean isFirstRefusal() {
        boolean first = !refusalLogged;
        refusalLogged = true;
        return first;
    }
}
