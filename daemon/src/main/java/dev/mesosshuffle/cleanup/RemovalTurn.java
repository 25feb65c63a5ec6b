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

    /** The files that are measured of a dir that cannot be deleted yet: its size is not worth a long turn. */
    private static final int MAX_MEASURED_FILES = 2000;

    private final RateLimiter rateLimiter;
    private final BooleanSupplier closed;
    private final BooleanSupplier shouldYield;
    private final Ticker ticker;
    private final long startedAt;
    private int files;
    private boolean over;

    /**
     * Begins a turn.
     *
     * @param rateLimiter pauses
     * @param closed whether this process is stopping
     * @param shouldYield whether it is another's turn
     */
    RemovalTurn(RateLimiter rateLimiter, BooleanSupplier closed, BooleanSupplier shouldYield, Ticker ticker) {
        this.rateLimiter = rateLimiter;
        this.closed = closed;
        this.shouldYield = shouldYield;
        this.ticker = ticker;
        this.startedAt = ticker.read();
    }

    /** Waits until one more file may be processed; returns true if none may, in this turn. */
    @Override
    public boolean getAsBoolean() {
        rateLimiter.acquire();
        if (!over && isUsedUp()) {
            over = shouldYield.getAsBoolean();
        }
        files++;
        return over || closed.getAsBoolean();
    }

    private boolean isUsedUp() {
        return files >= MAX_FILES || (files >= MIN_FILES && ticker.read() - startedAt >= MAX_DURATION.toNanos());
    }

    /** Whether the turn has ended though the process is not stopping, so that something may be left. */
    boolean isOver() {
        return over;
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
