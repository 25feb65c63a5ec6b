package dev.mesosshuffle.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrometheusExpositionTest {
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; q=0.9, text/plain; q=0.5";

    private final LatencyRegistry registry = new LatencyRegistry();
    private final PrometheusExposition exposition = new PrometheusExposition(registry, "1.2.3");

    @Test
    void showsACounter() throws Exception {
        registry.counter("shuffleService.heartbeatTimeouts").inc(3);

        assertThat(text())
                .contains(
                        "# HELP mesos_shuffle_heartbeat_timeouts_total Drivers that missed their heartbeat timeout.",
                        "# TYPE mesos_shuffle_heartbeat_timeouts_total counter",
                        "mesos_shuffle_heartbeat_timeouts_total 3.0");
    }

    @Test
    void countsWhatAMeterAndAGaugeCount() throws Exception {
        registry.meter("shuffleService.blockTransferRateBytes").mark(42);
        registry.register("shuffleService.logging.droppedWarnLines", (Gauge<Long>) () -> 7L);

        assertThat(text())
                .contains(
                        "mesos_shuffle_sent_bytes_total 42.0",
                        "mesos_shuffle_log_lines_dropped_total{level=\"warn\"} 7.0");
    }

    @Test
    void labelsStatesAndReasons() throws Exception {
        registry.register("shuffleService.applications.alive", (Gauge<Long>) () -> 2L);
        registry.register("shuffleService.applications.waitingForMaster", (Gauge<Long>) () -> 1L);
        registry.counter("shuffleService.authentication.refused.wrongSecret").inc();

        assertThat(text())
                .contains(
                        "mesos_shuffle_applications{state=\"alive\"} 2.0",
                        "mesos_shuffle_applications{state=\"waitingForMaster\"} 1.0",
                        "mesos_shuffle_authentications_refused_total{reason=\"wrongSecret\"} 1.0");
    }

    @Test
    void convertsToBaseUnits() throws Exception {
        registry.register("shuffleService.heartbeatAgeMaxMillis", (Gauge<Long>) () -> 1500L);
        registry.register("shuffleService.eventLoops.longestTurnMicros", (Gauge<Long>) () -> 2500L);
        registry.register("shuffleService.tcpMemory.usedPercent", (Gauge<Integer>) () -> 25);

        assertThat(text())
                .contains(
                        "mesos_shuffle_heartbeat_max_age_seconds 1.5",
                        "mesos_shuffle_event_loop_longest_turn_seconds 0.0025",
                        "mesos_shuffle_host_tcp_memory_used_ratio 0.25");
    }

    @Test
    void showsDurationsInBuckets() throws Exception {
        registry.timer("shuffleService.disk./disk1.readLatencyMillis").update(3, TimeUnit.MILLISECONDS);
        Objects.requireNonNull(LatencyRegistry.fetches(registry)).record(60_000_000_001L);

        assertThat(text())
                .contains(
                        "# TYPE mesos_shuffle_disk_read_duration_seconds histogram",
                        "mesos_shuffle_disk_read_duration_seconds_bucket{root=\"/disk1\",le=\"0.0025\"} 0",
                        "mesos_shuffle_disk_read_duration_seconds_bucket{root=\"/disk1\",le=\"0.005\"} 1",
                        "mesos_shuffle_disk_read_duration_seconds_sum{root=\"/disk1\"} 0.003",
                        "mesos_shuffle_fetch_duration_seconds_bucket{le=\"60.0\"} 0",
                        "mesos_shuffle_fetch_duration_seconds_bucket{le=\"+Inf\"} 1");
    }

    @Test
    void leavesOutWhatIsUnknown() throws Exception {
        registry.register("shuffleService.disk./a.freeBytes", (Gauge<Long>) () -> -1L);
        registry.register("shuffleService.disk./b.freeBytes", (Gauge<Long>) () -> 0L);

        assertThat(text())
                .contains("mesos_shuffle_disk_free_bytes{root=\"/b\"} 0.0")
                .noneMatch(line -> line.contains("\"/a\""));
    }

    @Test
    void showsTheOthersBesideOneThatFails() throws Exception {
        registry.register("shuffleService.orphans.bytes", (Gauge<Long>) () -> {
            throw new IllegalStateException("no");
        });
        registry.register("shuffleService.orphans.dirs", (Gauge<Object>) () -> "many");
        registry.counter("shuffleService.expiries").inc();

        assertThat(text())
                .contains("mesos_shuffle_expiries_total 1.0")
                .noneMatch(line -> line.contains("orphan_bytes") || line.contains("orphan_directories "));
    }

    /** The path of a root is a text of whoever wrote the configuration, and two may look alike. */
    @Test
    void escapesThePathOfARoot() throws Exception {
        registry.counter("shuffleService.disk./a\"b\\c\n\u001b[2Jd.readErrors").inc(4);
        registry.counter("shuffleService.disk./\u0001.readErrors").inc(5);

        List<String> lines = text().stream()
                .filter(line -> line.startsWith("mesos_shuffle_disk_read_errors_total{"))
                .toList();
        assertThat(lines).hasSize(2).allMatch(line -> line.chars().noneMatch(Character::isISOControl));
        assertThat(lines).anyMatch(line -> line.startsWith("mesos_shuffle_disk_read_errors_total{root=\"/a\\\"b"));
    }

    @Test
    void leavesOutWhatIsInJmxAloneOrNotDeclared() throws Exception {
        registry.meter("shuffleService.blockTransferRate").mark();
        registry.counter("shuffleService.numRegisteredConnections").inc();
        registry.counter("shuffleService.undeclared").inc();
        registry.counter("other").inc();

        assertThat(text())
                .noneMatch(line -> line.contains("registered_connections")
                        || line.contains("undeclared")
                        || line.contains("other"));
    }

    @Test
    void showsTheProcess() throws Exception {
        List<String> lines = text();

        assertThat(lines).contains("mesos_shuffle_build_info{version=\"1.2.3\"} 1.0");
        for (MetricDefinition definition : ProcessDefinitions.ALL) {
            String family = Objects.requireNonNull(definition.series()).family();
            assertThat(lines).as(family).anyMatch(line -> line.matches(family + "(_count)?(\\{.*})? [0-9.E+-]+"));
        }
        assertThat(lines).anyMatch(line -> line.matches("jvm_memory_used_bytes\\{area=\"heap\"} .*"));
    }

    /** As every program does that uses Prometheus's own library, so that dashboards for all of them fit. */
    @Test
    void showsGarbageCollectionsAsASummary() throws Exception {
        assertThat(text())
                .contains("# TYPE jvm_gc_collection_seconds summary")
                .anyMatch(line -> line.matches("jvm_gc_collection_seconds_count\\{gc=\".+\"} \\d+"))
                .anyMatch(line -> line.matches("jvm_gc_collection_seconds_sum\\{gc=\".+\"} [0-9.E+-]+"));
    }

    @Test
    void speaksOpenMetricsToWhoeverAsksForIt() throws Exception {
        registry.counter("shuffleService.expiries").inc();

        assertThat(exposition.contentType(OPEN_METRICS)).startsWith("application/openmetrics-text;");
        assertThat(text(OPEN_METRICS))
                .contains("# TYPE mesos_shuffle_expiries counter", "mesos_shuffle_expiries_total 1.0")
                .endsWith("# EOF");
    }

    @Test
    void speaksTheTextFormatToAllOthers() throws Exception {
        assertThat(exposition.contentType(null)).startsWith("text/plain; version=0.0.4");
        assertThat(text(null)).doesNotContain("# EOF");
        for (String accept : List.of(
                "*/*", "text/html", "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily")) {
            assertThat(exposition.contentType(accept)).startsWith("text/plain; version=0.0.4");
            assertThat(text(accept)).doesNotContain("# EOF");
        }
    }

    private List<String> text() throws IOException {
        return text(null);
    }

    private List<String> text(@Nullable String accept) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        exposition.write(accept, out);
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
