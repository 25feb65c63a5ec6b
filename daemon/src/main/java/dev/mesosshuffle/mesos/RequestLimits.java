package dev.mesosshuffle.mesos;

import java.time.Duration;

/**
 * Limits of the requests to the master.
 *
 * @param connect the time of one connection attempt
 * @param response the time of one call, from the request to the last byte of the response
 * @param poll the time of all calls of one poll, with every master that is tried
 * @param maxResponseBytes the length of one response
 */
record RequestLimits(Duration connect, Duration response, Duration poll, int maxResponseBytes) {
    /** A response with 10,000 frameworks has some 10 MB; parsed, it takes several times that. */
    private static final int MAX_BYTES = 16 << 20;

    private static final int HEAP_SHARE = 16;

    static RequestLimits standard() {
        int bytes = (int) Math.min(MAX_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
        return new RequestLimits(Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(45), bytes);
    }
}
