package dev.mesosshuffle.memory;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;

/**
 * The budgets of everything that clients can make the daemon keep in memory. Their sum leaves room for the caches and for
 * the work itself.
 *
 * @param inbound bytes of requests that have not arrived completely, outside the heap
 * @param decoded what requests become when they are decoded, until they are answered, on the heap
 * @param streams the block ids of open streams, on the heap
 * @param registry applications, drivers, executors and their local dirs, and removals that are not complete, on the heap
 * @param answers answers that are not sent yet, other than blocks, outside the heap
 */
public record MemoryBudgets(
        ByteBudget inbound, ByteBudget decoded, ByteBudget streams, ByteBudget registry, ByteBudget answers) {
    /**
     * Returns the budgets of a process, and registers gauges for each.
     *
     * @param heapBytes the maximum size of the heap
     * @param directBytes the maximum size of all buffers outside the heap
     * @param registryBytes what the registry may occupy of the heap
     */
    public static MemoryBudgets of(long heapBytes, long directBytes, long registryBytes, MetricRegistry metrics) {
        return new MemoryBudgets(
                budget("inbound", directBytes * 3 / 8, metrics),
                budget("decoded", heapBytes / 4, metrics),
                budget("streams", heapBytes / 8, metrics),
                budget("registry", registryBytes, metrics),
                budget("answers", directBytes / 16, metrics));
    }

    private static ByteBudget budget(String name, long maxBytes, MetricRegistry metrics) {
        ByteBudget budget = ByteBudget.of(maxBytes);
        metrics.register(
                MetricRegistry.name("shuffleService.memory", name, "usedBytes"), (Gauge<Long>) budget::usedBytes);
        metrics.register(
                MetricRegistry.name("shuffleService.memory", name, "maxBytes"), (Gauge<Long>) budget::maxBytes);
        metrics.register(
                MetricRegistry.name("shuffleService.memory", name, "refusals"), (Gauge<Long>) budget::refusals);
        return budget;
    }
}
