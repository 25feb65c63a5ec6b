package dev.mesosshuffle.fetch;

import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.memory.ByteBudget;
import java.util.function.LongSupplier;

/**
 * What serves blocks to all connections. For any thread.
 *
 * @param blockResolver finds and opens blocks
 * @param diskExecutors the threads of each disk
 * @param reads counts the chunks in flight, and the reads of each application
 * @param maxChunksInFlight the number of chunks in flight at which a connection that requests one more is closed; may
 *     change at any time
 * @param streams the budget of the block ids of open streams
 * @param slowFetches tells where the time of fetches went
 */
public record FetchServices(
        BlockResolver blockResolver,
        DiskExecutors diskExecutors,
        ReadTracker reads,
        LongSupplier maxChunksInFlight,
        ByteBudget streams,
        SlowFetches slowFetches) {}
