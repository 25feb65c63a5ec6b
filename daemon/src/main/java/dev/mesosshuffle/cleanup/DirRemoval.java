package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How far one dir's removal has come, and when it is to be tried again.
 *
 * <p>Between a {@link #beginIfDue} that says yes and the next {@link #waitFor}, it belongs to one thread; before and
 * after, only {@code beginIfDue} may be called, by any thread.
 */
final class DirRemoval {
    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final int DELAY_GROWTH = 4;

    /** What does not go in a few minutes waits for somebody to do something. */
    static final Duration LONGEST_DELAY = Duration.ofHours(1);

    /** A dir that was still written to when its application ended needs no operator. */
    private static final int FAILURES_BEFORE_WARNING = 3;

    final LocalDir dir;
    final @Nullable String appId;
    final @Nullable Long rootInode;

    private boolean begun;
    private long dueAt;
    private boolean marked;
    private boolean measured;
    private volatile long bytes;
    private int failures;
    private boolean refusalTold;
    private volatile boolean gone;

    DirRemoval(StoredRemoval intent, long now) {
        this.dir = intent.dir();
        this.appId = intent.appId();
        this.rootInode = intent.rootInode();
        this.dueAt = now;
    }

    boolean isOrphan() {
        return appId == null;
    }

    /** What it is, for people. */
    String described() {
        return appId == null
                ? "orphan " + dir.path()
                : "local dir " + dir.path() + " of application " + appId + ", which is over";
    }

    /** Takes it, if it is time and nobody else has; then {@link #waitFor} gives it back, unless it is over. */
    synchronized boolean beginIfDue(long now) {
        if (begun || now - dueAt < 0) {
            return false;
        }
        begun = true;
        return true;
    }

    synchronized void waitFor(Duration delay, long now) {
        dueAt = now + delay.toNanos();
        begun = false;
    }

    /** Lets it be due now, whatever it waits for. */
    synchronized void hurry(long now) {
        if (!begun && !gone) {
            dueAt = now;
        }
    }

    long bytes() {
        return bytes;
    }

    boolean isMarked() {
        return marked;
    }

    /** From here on, the dir's own name is nothing to us any more. */
    void marked() {
        marked = true;
    }

    /** Whether nothing of it is there any more, so that only the intent is left. */
    boolean isGone() {
        return gone;
    }

    void gone() {
        gone = true;
    }

    boolean isMeasured() {
        return measured;
    }

    /** Notes how many bytes there are now, which wait to be deleted. */
    void measured(long size, LongAdder bytesWaiting) {
        bytesWaiting.add(size - bytes);
        measured = true;
        bytes = size;
    }

    /** Returns how long to wait after one more failure. */
    Duration failed() {
        failures++;
        Duration delay = FIRST_DELAY;
        for (int i = 1; i < failures && delay.compareTo(LONGEST_DELAY) < 0; i++) {
            delay = delay.multipliedBy(DELAY_GROWTH);
        }
        return delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
    }

    /** Tells, once, that the operator should hear of the failures. */
    boolean isWorthAWarning() {
        return failures == FAILURES_BEFORE_WARNING;
    }

    /** Tells, once, that the operator should hear of the refusal. */
    boolean isFirstRefusal() {
        boolean first = !refusalTold;
        refusalTold = true;
        return first;
    }
}
