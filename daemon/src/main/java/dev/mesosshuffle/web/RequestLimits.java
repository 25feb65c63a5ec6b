package dev.mesosshuffle.web;

import java.time.Duration;

/**
 * What a client of the admin server may take.
 *
 * @param maxConnections how many may be open; the oldest without a complete request gives way to a new one
 * @param maxRequests how many are answered at a time
 * @param maxWaiting how many more may wait for that
 * @param requestTime within which a request arrives completely, with TLS's handshake
 * @param responseTime within which it is answered and the answer read
 * @param stallTime after which a client that reads nothing gives way to one that waits
 */
record RequestLimits(
        int maxConnections,
        int maxRequests,
        int maxWaiting,
        Duration requestTime,
        Duration responseTime,
        Duration stallTime) {
    static final RequestLimits DEFAULTS =
            new RequestLimits(64, 4, 8, Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(2));

    /** Room for an application's id of 512 characters, each of which may take nine here. */
    static final int MAX_LINE_BYTES = 8 << 10;

    static final int MAX_HEADER_BYTES = 16 << 10;

    /** No request needs a body, but some clients send one. */
    static final int MAX_BODY_BYTES = 4 << 10;
}
