package dev.mesosshuffle.fetch;

import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.roots.RootMonitor;

/**
 * What all connections share when they fetch. For any thread.
 *
 * @param services find, open and count blocks
 * @param registry which executors exist
 * @param rootMonitor knows which root is unavailable
 * @param metrics counts what is sent
 * @param loadShedder closes connections under overload
 * @param blockFailures logs blocks that cannot be read
 * @param rateLimitedLogger logs what clients can cause at any rate
 */
record FetchContext(
        FetchServices services,
        Registry registry,
        RootMonitor rootMonitor,
        FetchMetrics metrics,
        LoadShedder loadShedder,
        BlockFailures blockFailures,
        RateLimitedLogger rateLimitedLogger) {}
