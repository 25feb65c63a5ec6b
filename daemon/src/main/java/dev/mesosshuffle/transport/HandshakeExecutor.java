package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.ClientExecutor;
import dev.mesosshuffle.concurrent.Ticker;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Runs handshakes, which take up to some milliseconds of CPU each, on threads for them. Addresses take turns, so that one
 * from which many connect delays its own clients most. What waits for too long is not done; its connection is closed, so
 * that its client tries again.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class HandshakeExecutor {
    /** A client that is answered later has given up, and would not try again; one whose connection is closed does. */
    static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ClientExecutor threads;
    private final Ticker ticker;

    /**
     * Creates an executor.
     *
     * @param threads run the steps; rejects what exceeds its queue
     */
    HandshakeExecutor(ClientExecutor threads, Ticker ticker) {
        this.threads = threads;
        this.ticker = ticker;
    }

    /**
     * Runs a step of a handshake.
     *
     * @param client the client's address
     * @param step what to do
     * @param onLate runs in its place, on the same threads, if it waited for too long
     * @throws RejectedExecutionException if too many wait
     */
    void execute(Object client, Runnable step, Runnable onLate) {
        long submittedNanos = ticker.read();
        threads.execute(client, () -> {
            if (ticker.read() - submittedNanos > MAX_WAIT_NANOS) {
                onLate.run();
            } else {
                step.run();
            }
        });
    }
}
