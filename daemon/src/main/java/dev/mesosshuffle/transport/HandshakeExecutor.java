package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.ClientExecutor;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.protocol.HandshakeMessage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Runs handshakes, which take up to some milliseconds of CPU each, on threads for them. Addresses take turns, so that one
 * from which many connect delays its own clients most. What waits for too long is not done; its connection is closed, so
 * that its client tries again. Challenges have threads of their own, since their clients choose how long they take.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class HandshakeExecutor {
    /** A client that is answered later has given up, and would not try again; one whose connection is closed does. */
    static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ClientExecutor handshakes;
    private final ClientExecutor challenges;
    private final Ticker ticker;

    /**
     * Creates an executor.
     *
     * @param handshakes runs the steps of all handshakes but challenges; rejects what exceeds its queue
     * @param challenges runs those of challenges; rejects what exceeds its queue
     */
    HandshakeExecutor(ClientExecutor handshakes, ClientExecutor challenges, Ticker ticker) {
        this.handshakes = handshakes;
        this.challenges = challenges;
        this.ticker = ticker;
    }

    /**
     * Runs a step of a handshake.
     *
     * @param kind the kind of the handshake
     * @param client the client's address
     * @param step what to do
     * @param onLate runs in its place, on the same threads, if it waited for too long
     * @throws RejectedExecutionException if too many wait
     */
    void execute(HandshakeMessage.Kind kind, Object client, Runnable step, Runnable onLate) {
        ClientExecutor threads = kind == HandshakeMessage.Kind.CHALLENGE ? challenges : handshakes;
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
