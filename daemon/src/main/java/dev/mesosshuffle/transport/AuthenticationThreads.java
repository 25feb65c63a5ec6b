package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.ClientExecutor;
import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.concurrent.FairExecutor;

/** The threads that compute handshakes and encrypt by SASL, which start when they are needed. For any thread. */
final class AuthenticationThreads implements AutoCloseable {
    /** Two, so that the longest handshake does not hold up all others. */
    private static final int HANDSHAKE_THREADS = 2;

    /** A client's challenge may take a hundred times as long as other handshakes, which must not wait for it. */
    private static final int CHALLENGE_THREADS = 1;

    /** How many steps of handshakes may wait, and how many challenges. */
    static final int MAX_WAITING = 2000;

    /** How many of these may be of one address: ample for the executors of a host. */
    static final int MAX_WAITING_PER_ADDRESS = 1500;

    /** Encrypting by SASL takes milliseconds for 64 KiB, so that more threads than cores would only delay all others. */
    private static final int MAX_SASL_THREADS = 16;

    /** Each connection has one task at a time, and there are no more connections than this. */
    private static final int MAX_SASL_TASKS = 1_000_000;

    private final FairExecutor handshakes = new FairExecutor(
            "a handshake", HANDSHAKE_THREADS, MAX_WAITING, MAX_WAITING_PER_ADDRESS, DaemonThreads.named("handshakes"));
    private final FairExecutor challenges = new FairExecutor(
            "a challenge", CHALLENGE_THREADS, MAX_WAITING, MAX_WAITING_PER_ADDRESS, DaemonThreads.named("challenges"));
    private final FairExecutor saslEncryption = new FairExecutor(
            "encryption by SASL",
            Math.min(MAX_SASL_THREADS, Runtime.getRuntime().availableProcessors()),
            MAX_SASL_TASKS,
            2,
            DaemonThreads.named("sasl-encryption"));

    /** Computes all handshakes but those by challenge. */
    ClientExecutor handshakes() {
        return handshakes;
    }

    /** Computes handshakes by challenge, of clients before Spark 3.1.3. */
    ClientExecutor challenges() {
        return challenges;
    }

    ClientExecutor saslEncryption() {
        return saslEncryption;
    }

    /** Ends the threads; what they do is finished. */
    @Override
    public void close() {
        handshakes.close();
        challenges.close();
        saslEncryption.close();
    }
}
