package dev.mesosshuffle;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.config.ReloadableLimits;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.memory.MemoryBudgets;
import dev.mesosshuffle.process.Lifecycle;

/**
 * What every part of the daemon is built with.
 *
 * @param config the configuration of the start
 * @param limits the values that a reload may change; those of the configuration do not count
 * @param metrics where all metrics are registered
 * @param memory the budgets of what clients make the daemon keep
 * @param lifecycle stops what was registered with it, in reverse order
 * @param events keeps what operators may ask for
 */
record DaemonContext(
        ServiceConfig config,
        ReloadableLimits limits,
        MetricRegistry metrics,
        MemoryBudgets memory,
        Lifecycle lifecycle,
        EventRecorder events) {
    /** Registers a part that runs, so that it is stopped before all parts registered earlier. */
    <T extends AutoCloseable> T register(T part) {
        return lifecycle.register(part);
    }
}
