package dev.mesosshuffle.cleanup;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The reclaimer's metrics.
 *
 * @param pendingBytes bytes in dirs that cannot be deleted yet, because they are being read or a deletion failed
 * @param deletedFiles files deleted
 * @param deletedBytes bytes deleted
 * @param deletedOrphans orphans deleted
 * @param failures attempts that left something behind
 * @param rejected attempts that were not made because the dir is no longer what was accepted, or has another owner
 */
record CleanupMetrics(
        LongAdder pendingBytes,
        Counter deletedFiles,
        Counter deletedBytes,
        Counter deletedOrphans,
        Counter failures,
        Counter rejected) {
    private static final String PREFIX = "shuffleService.cleanup.";

    static CleanupMetrics in(MetricRegistry metrics, IntSupplier pendingDirs, LongSupplier oldestNanos) {
        LongAdder pendingBytes = new LongAdder();
        metrics.register(PREFIX + "pendingBytes", (Gauge<Long>) pendingBytes::sum);
        metrics.register(PREFIX + "pendingDirs", (Gauge<Integer>) pendingDirs::getAsInt);
        metrics.register(PREFIX + "oldestPendingSeconds", (Gauge<Long>)
                () -> TimeUnit.NANOSECONDS.toSeconds(oldestNanos.getAsLong()));
        return new CleanupMetrics(
                pendingBytes,
                metrics.counter(PREFIX + "deletedFiles"),
                metrics.counter(PREFIX + "deletedBytes"),
                metrics.counter("shuffleService.orphans.deletedDirs"),
                metrics.counter(PREFIX + "failures"),
                metrics.counter(PREFIX + "rejected"));
    }
}
