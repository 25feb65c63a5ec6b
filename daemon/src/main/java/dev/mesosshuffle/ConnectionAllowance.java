package dev.mesosshuffle;

import dev.mesosshuffle.config.AuthenticationMode;
import dev.mesosshuffle.config.ServiceConfig;

/**
 * How many connections this process can serve.
 *
 * @param descriptors the descriptors that connections may take
 * @param heapBytes the maximum size of the heap
 * @param directBytes the maximum size of all buffers outside the heap
 */
record ConnectionAllowance(long descriptors, long heapBytes, long directBytes) {
    /** What a connection takes of the heap, with ample room. */
    private static final long HEAP_BYTES = 16 * 1024;

    /** Twice the part of a frame that a connection may send without being counted. */
    private static final long DIRECT_BYTES = 32 * 1024;

    /** With the state of its cipher. */
    private static final long HEAP_BYTES_IF_ENCRYPTED = 64 * 1024;

    /** With an incomplete encrypted record, and what is read for it while others hold the budget. */
    private static final long DIRECT_BYTES_IF_ENCRYPTED = 96 * 1024;

    /** The most connections that there can be with a configuration. */
    int connections(ServiceConfig config) {
        boolean encrypted = mayEncrypt(config);
        long byMemory = Math.min(
                heapBytes / (encrypted ? HEAP_BYTES_IF_ENCRYPTED : HEAP_BYTES),
                directBytes / (encrypted ? DIRECT_BYTES_IF_ENCRYPTED : DIRECT_BYTES));
        return (int) Math.min(Integer.MAX_VALUE, Math.min(descriptors, byMemory));
    }

    /** With authentication it is the client that chooses: each kind of handshake can lead to encryption. */
    private static boolean mayEncrypt(ServiceConfig config) {
        ServiceConfig.Authentication authentication = config.authentication();
        return config.tls().enabled()
                || (authentication.mode() != AuthenticationMode.OFF
                        && (authentication.crypto() || authentication.sasl()));
    }
}
