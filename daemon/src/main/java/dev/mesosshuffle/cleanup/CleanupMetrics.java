package dev.mesosshuffle.cleanup;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;

/**
 * What the reclaimer counts.
 *
 * @param bytesWaiting bytes in dirs that cannot go yet, because they are read or something keeps them
 * @param deletedFiles files deleted
 * @param deletedBytes bytes deleted
 * @param failures tries that left something behind
 * @param deletedOrphans orphans deleted
 * @param refusals tries that were not made because the dir no longer is what was accepted
 */
record CleanupMetrics(
        LongAdder bytesWaiting,
        Counter deletedFiles,
        Counter deletedBytes,
        Counter deletedOrphans,
        Counter failures,
        Counter refusals) {
    private static final String PREFIX = "shuffleService.cleanup.";

    static CleanupMetrics in(MetricRegistry metrics, IntSupplier dirsWaiting) {
        LongAdder bytesWaiting = new LongAdder();
        metrics.register(PREFIX + "bytesWaiting", (Gauge<Long>) bytesWaiting::sum);
        metrics.register(PREFIX + "dirsWaiting", (Gauge<Integer>) dirsWaiting::getAsInt);
        return new CleanupMetrics(
                bytesWaiting,
                metrics.counter(PREFIX + "deletedFiles"),
                metrics.counter(PREFIX + "deletedBytes"),
                metrics.counter("shuffleService.orphans.deletedDirs"),
                metrics.counter(PREFIX + "failures"),
                metrics.counter(PREFIX + "refusals"));
    }
}
