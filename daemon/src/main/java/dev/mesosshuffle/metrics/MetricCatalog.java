package dev.mesosshuffle.metrics;

import static java.util.Map.entry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every metric of the daemon. Immutable. */
final class MetricCatalog {
    static final List<MetricDefinition> ALL = Stream.of(
                    ServingDefinitions.ALL,
                    ConnectionDefinitions.ALL,
                    AuthenticationDefinitions.ALL,
                    ApplicationDefinitions.ALL,
                    DiskDefinitions.ALL,
                    ProcessDefinitions.ALL)
            .flatMap(List::stream)
            .toList();

    /** What the families of several metrics are, without {@link PrometheusSeries#PREFIX}. */
    private static final Map<String, String> SHARED_FAMILIES = Map.ofEntries(
            entry("applications", "Applications, each in exactly one state."),
            entry("authentications_refused_total", "Clients that were not let in, by reason."),
            entry("authentications_succeeded_total", "Clients that authenticated, by protocol."),
            entry("cache_hits_total", "Files found in a cache."),
            entry("cache_misses_total", "Files not found in a cache."),
            entry("connections_closed_total", "Connections closed by the daemon, by reason."),
            entry("recoveries_total", "Applications that resumed activity after a timeout, by signal."),
            entry("deferrals_total", "Postponed expiries, by reason."),
            entry("encrypted_connections_total", "Connections encrypted by AES, by mode."),
            entry("log_lines_dropped_total", "Lines not written to the log, which is too slow, by level."),
            entry("master_failures_total", "Failed requests to the Mesos master, by reason."),
            entry("memory_limit_bytes", "Limits of what clients make the daemon keep, by budget."),
            entry("memory_refusals_total", "How often something did not fit into a budget or a share of it."),
            entry("memory_used_bytes", "Bytes that clients make the daemon keep, by budget."),
            entry("network_buffer_bytes", "Memory of the network buffers, by area."),
            entry("operator_commands_total", "What operators did to applications, by command."),
            entry("tls_handshakes_total", "Connections that were to use TLS, by outcome."));

    private static final Map<String, MetricDefinition> BY_JMX_NAME = new HashMap<>();
    private static final Map<String, MetricDefinition> BY_ROOT_SUFFIX = new HashMap<>();
    private static final Map<String, String> HELP = new HashMap<>();

    static {
        for (MetricDefinition definition : ALL) {
            String suffix = definition.rootSuffix();
            if (suffix != null) {
                BY_ROOT_SUFFIX.put(suffix, definition);
            } else if (definition.jmxName() != null) {
                BY_JMX_NAME.put(MetricDefinition.JMX_PREFIX + definition.jmxName(), definition);
            }
            PrometheusSeries series = definition.series();
            if (series != null) {
                String shared = series.family().startsWith(PrometheusSeries.PREFIX)
                        ? SHARED_FAMILIES.get(series.family().substring(PrometheusSeries.PREFIX.length()))
                        : null;
                HELP.put(
                        series.family(),
                        Objects.requireNonNullElse(shared, definition.meaning().replace("`", "")));
            }
        }
    }

    private MetricCatalog() {}

    /**
     * A metric that is registered.
     *
     * @param definition what it is
     * @param root the path of its root; null if it is not a root's
     */
    record Registered(MetricDefinition definition, @Nullable String root) {}

    /**
     * Finds a metric by its name in JMX.
     *
     * @return null if it is not the daemon's, as those of the JVM are not
     */
    static @Nullable Registered find(String jmxName) {
        MetricDefinition definition = BY_JMX_NAME.get(jmxName);
        if (definition != null) {
            return new Registered(definition, null);
        }
        String prefix = MetricDefinition.JMX_PREFIX + MetricDefinition.ROOT_PREFIX;
        int dot = jmxName.lastIndexOf('.');
        // A path holds dots, the names after it none.
        if (!jmxName.startsWith(prefix) || dot < prefix.length()) {
            return null;
        }
        MetricDefinition ofRoot = BY_ROOT_SUFFIX.get(jmxName.substring(dot));
        return ofRoot == null ? null : new Registered(ofRoot, jmxName.substring(prefix.length(), dot));
    }

    /** Returns the help of a family. */
    static String help(String family) {
        return Objects.requireNonNull(HELP.get(family), family);
    }
}
