package dev.mesosshuffle.transport;

import dev.mesosshuffle.memory.ByteBudget;

/**
 * The answers that one connection was not sent yet, in bytes: of replies without a block, some are long, and a client that
 * asks and never reads would make the daemon keep any number of them.
 *
 * <p>An answer that exists already always counts. So that a connection stays near its limit, the daemon reads no further
 * requests from it while it is full, and checks the size of a long answer before it builds it.
 *
 * <p><b>Concurrency:</b> for any thread.
 */
final class AnswerLimit {
    /** What each connection may hold even if others have used up the budget, so that none waits for the peer of another. */
    static final int GUARANTEED_BYTES = 16 * 1024;

    /**
     * What a connection may be answered that holds no answer, even if others have used up the budget: the dirs of some hundred
     * executors, so that nobody's question fails because of what others do not read. In theory connections times this much;
     * for that, each of them must be one whose peer stops to read just after it asked.
     */
    static final int FIRST_ANSWER_BYTES = 256 * 1024;

    /** One connection may hold this fraction of what the others leave. */
    private static final int SHARE_DIVISOR = 4;

    /** The objects that stand for an answer until it is sent, in bytes. */
    private static final int ANSWER_BYTES = 256;

    private final ByteBudget share;

    AnswerLimit(ByteBudget answers) {
        this.share = answers.fairShare(SHARE_DIVISOR);
    }

    /** Counts an answer of this length. */
    void add(int bytes) {
        share.reserve(ANSWER_BYTES + (long) bytes);
    }

    /** An answer of this length was sent, or never will be. */
    void remove(int bytes) {
        share.release(ANSWER_BYTES + (long) bytes);
    }

    /** Whether the connection must be sent some answers before it may ask for more. */
    boolean isFull() {
        return share.usedBytes() >= GUARANTEED_BYTES && share.freeBytes() == 0;
    }

    /**
     * Returns how long an answer may be now. Counts a refusal if that is less than is wanted.
     *
     * @param wantedBytes the length of the answer
     */
    long maxBytes(long wantedBytes) {
        long used = share.usedBytes();
        long guaranteed = used == 0 ? FIRST_ANSWER_BYTES : GUARANTEED_BYTES - used;
        long max = Math.max(0, Math.max(share.freeBytes(), guaranteed) - ANSWER_BYTES);
        if (wantedBytes > max) {
            share.refuse();
        }
        return max;
    }
}
