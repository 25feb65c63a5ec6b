package dev.mesosshuffle.mesos;

import java.time.Duration;

/**
 * What a question may cost.
 *
 * @param connect how long a connection may take
 * @param answer how long one answer may take, from the request to its last byte
 * @param question how long all of it may take, with every master that is tried
 * @param answerBytes how long one answer may be
 */
record RequestLimits(Duration connect, Duration answer, Duration question, int answerBytes) {
    /** An answer of 10,000 frameworks is some 10 MB; what becomes of it in memory is several times that. */
    private static final int MOST_BYTES = 16 << 20;

    private static final int SHARE_OF_HEAP = 16;

    static RequestLimits standard() {
        int bytes = (int) Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
        return new RequestLimits(Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(45), bytes);
    }
}
