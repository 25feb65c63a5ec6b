package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.Ticker;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * One removal's turn at the disk of its root. It ends, if others wait, after some files or some time; the rest is left to the
 * next turn, which begins at the top of the tree again. Polled before each file, and paused at the rate of deletions.
 *
 * <p><b>Concurrency:</b> belongs to the thread of one root.
 */
final class RemovalTurn implements BooleanSupplier {
    static final int MAX_FILES = 100;
    static final Duration MAX_DURATION = Duration.ofMillis(50);

    /** More than it takes to reach the deepest file from the top, so that each turn deletes something. */
    static final int MIN_FILES = 40;

    /** A million first turns: no tree has so many files. */
    private static final int MAX_DOUBLINGS = 20;

    /** The files that are measured of a dir that cannot be deleted yet: its size is not worth a long turn. */
    private static final int MAX_MEASURED_FILES = 2000;

    private final RateLimiter rateLimiter;
    private final BooleanSupplier closed;
    private final ShouldYield shouldYield;
    private final int factor;
    private final Ticker ticker;
    private final long startedAt;
    private long files;
    private boolean hasDeleted;
    private boolean over;

    /** Whether others wait for their turns. */
    @FunctionalInterface
    interface ShouldYield {
        /**
         * Asked once the turn is as long as a first one.
         *
         * @param isUsedUp whether it is as long as it may be
         * @param hasDeleted whether anything was deleted in it
         */
        boolean test(boolean isUsedUp, boolean hasDeleted);
    }

    /**
     * Begins a turn.
     *
     * @param rateLimiter pauses
     * @param closed whether this process is stopping
     * @param shouldYield whether it is another's turn
     * @param doublings how often the length of a turn is doubled
     */
    RemovalTurn(
            RateLimiter rateLimiter, BooleanSupplier closed, ShouldYield shouldYield, int doublings, Ticker ticker) {
        this.rateLimiter = rateLimiter;
        this.closed = closed;
        this.shouldYield = shouldYield;
        this.factor = 1 << Math.min(doublings, MAX_DOUBLINGS);
        this.ticker = ticker;
        this.startedAt = ticker.read();
    }

    /** Waits until one more file may be processed; returns true if none may, in this turn. */
    @Override
    public boolean getAsBoolean() {
        rateLimiter.acquire();
        if (!over && isUsedUp(1)) {
            over = shouldYield.test(isUsedUp(factor), hasDeleted);
        }
        files++;
        return over || closed.getAsBoolean();
    }

    /** By the length of this many first turns. */
    private boolean isUsedUp(long turns) {
        return files >= turns * MAX_FILES
                || (files >= turns * MIN_FILES && ticker.read() - startedAt >= turns * MAX_DURATION.toNanos());
    }

    /** Records that something was deleted in this turn. */
    void deleted() {
        hasDeleted = true;
    }

    /** Whether the turn has ended though the process is not stopping, so that something may be left. */
    boolean isOver() {
        return over;
    }

    /** Whether the turn has ended because it was as long as it may be, and not earlier for another's sake. */
    boolean isUsedUp() {
        return over && isUsedUp(factor);
    }

    /** The same for measuring: not ended by others, but bounded. */
    BooleanSupplier forMeasuring() {
        int[] measured = {0};
        return () -> {
            rateLimiter.acquire();
            measured[0]++;
            return measured[0] > MAX_MEASURED_FILES || closed.getAsBoolean();
        };
    }
}
