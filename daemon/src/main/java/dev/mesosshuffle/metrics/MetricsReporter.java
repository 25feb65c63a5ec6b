package dev.mesosshuffle.metrics;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.jmx.DefaultObjectNameFactory;
import com.codahale.metrics.jmx.JmxReporter;
import com.codahale.metrics.jmx.ObjectNameFactory;
import com.codahale.metrics.jvm.BufferPoolMetricSet;
import com.codahale.metrics.jvm.GarbageCollectorMetricSet;
import com.codahale.metrics.jvm.MemoryUsageGaugeSet;
import dev.mesosshuffle.logging.Sanitizer;
import java.lang.management.ManagementFactory;

/**
 * Shows a registry's metrics as MBeans of this JVM, under the names that Spark's JMX sink gives them:
 * {@code metrics:name=shuffleService.openBlockRequestLatencyMillis,type=timers}. Durations are in milliseconds, rates
 * per second. Metrics that are registered or removed later appear and disappear by themselves.
 */
public final class MetricsReporter implements AutoCloseable {
    /** The name of Spark's source for the JVM itself. */
    private static final String JVM = "jvm";

    /** As long as a path may be. */
    private static final int MAX_NAME_BYTES = 4096;

    private final JmxReporter reporter;

    private MetricsReporter(JmxReporter reporter) {
        this.reporter = reporter;
    }

    /**
     * Adds the JVM's own metrics to a registry and shows it; once for each registry.
     *
     * @param registry the daemon's metrics, each named in full
     * @return to be closed by the caller
     */
    public static MetricsReporter start(MetricRegistry registry) {
        registry.registerAll(JVM, new GarbageCollectorMetricSet());
        registry.registerAll(JVM, new MemoryUsageGaugeSet());
        registry.registerAll(JVM, new BufferPoolMetricSet(ManagementFactory.getPlatformMBeanServer()));
        // Its default domain is the one that Spark's sink uses.
        ObjectNameFactory names = new DefaultObjectNameFactory();
        JmxReporter reporter = JmxReporter.forRegistry(registry)
                // A name may hold a path, which may hold anything.
                .createsObjectNamesWith(
                        (type, domain, name) -> names.createName(type, domain, Sanitizer.line(name, MAX_NAME_BYTES)))
                .build();
        reporter.start();
        return new MetricsReporter(reporter);
    }

    /** Takes the MBeans away. */
    @Override
    public void close() {
        reporter.close();
    }
}
