package dev.mesosshuffle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.LongPredicate;
import javax.management.ObjectName;

/** The metrics of the daemon in this process, as an operator reads them. */
final class JmxMetrics {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private JmxMetrics() {}

    /**
     * Waits until a metric has a value.
     *
     * @param metric its name and type, such as {@code shuffleService.failedBlocks,type=counters}
     */
    static void await(String metric, LongPredicate condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.test(value(metric))) {
            assertThat(System.nanoTime())
                    .as("%s is still %s", metric, value(metric))
                    .isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    static long value(String metric) throws Exception {
        String attribute = metric.endsWith("gauges") ? "Value" : "Count";
        return ((Number) ManagementFactory.getPlatformMBeanServer()
                        .getAttribute(new ObjectName("metrics:name=" + metric), attribute))
                .longValue();
    }
}
