package dev.mesosshuffle.logging;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.concurrent.atomic.LongAdder;

/** What of this process's log was left out since its start. There is one log, as there is one standard output. */
public final class LogMetrics {
    static final LongAdder droppedInfos = new LongAdder();
    static final LongAdder droppedWarnings = new LongAdder();
    static final LongAdder droppedErrors = new LongAdder();
    static final LongAdder suppressed = new LongAdder();

    private LogMetrics() {}

    /** Adds the metrics of the log to a registry. */
    public static void register(MetricRegistry metrics) {
        metrics.register("shuffleService.logging.droppedInfoLines", (Gauge<Long>) droppedInfos::sum);
        metrics.register("shuffleService.logging.droppedWarnLines", (Gauge<Long>) droppedWarnings::sum);
        metrics.register("shuffleService.logging.droppedErrorLines", (Gauge<Long>) droppedErrors::sum);
        metrics.register("shuffleService.logging.suppressedLines", (Gauge<Long>) suppressed::sum);
    }
}
