package dev.mesosshuffle.e2e;

import static dev.mesosshuffle.testing.ShuffleFiles.block;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.config.IoMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.testing.RawClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Prometheus gets from a daemon that served a block. */
class PrometheusScrapeTest extends RunningDaemon {
    private static final Path FOLDER = Path.of("../docs/prometheus");
    private static final Pattern SAMPLE = Pattern.compile("(\\w+)(\\{.*})? \\S+");
    private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\|.*\\| `(\\w+)(\\{[^`]*})?` \\|");
    private static final Pattern QUERIED = Pattern.compile("\\b(?:mesos_shuffle|process|jvm)_\\w+");

    /** Where the host does not tell, as in a network of its own, and nothing looks for orphans. */
    private static final Set<String> OPTIONAL = Set.of(
            "mesos_shuffle_disk_inodes",
            "mesos_shuffle_disk_free_inodes",
            "mesos_shuffle_host_tcp_memory_used_ratio",
            "mesos_shuffle_orphan_last_scan_age_seconds");

    private final HttpClient http = HttpClient.newHttpClient();
    private URI metrics;

    @BeforeEach
    void restartWithAnAdminServer() throws Exception {
        ServiceConfig.Admin admin = AdminEndpoints.onLoopback();
        metrics = URI.create("http://127.0.0.1:" + admin.port() + "/metrics");
        restart(MonitoringPageTest.withMaster(config(IoMode.AUTO, LONG, Long.MAX_VALUE))
                .withAdmin(admin));
        files.writeMapOutput(0, 5, block(100, 1));
        try (RawClient client = connectAndRegister()) {
            fetch(client, "shuffle_0_5_0");
        }
    }

    @Test
    void hasEveryDocumentedMetric() throws Exception {
        String page = Files.readString(Path.of("../docs/monitoring.md"));
        Set<String> documented = DOCUMENTED
                .matcher(page)
                .results()
                .map(row -> row.group(1) + withValues(row.group(2)))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(documented).hasSizeGreaterThan(100);

        Set<String> scraped = new TreeSet<>();
        for (String line : lines()) {
            var sample = SAMPLE.matcher(line);
            if (sample.matches()) {
                String family = family(sample.group(1));
                scraped.add(family + withValues(sample.group(2)));
                scraped.add(family);
            }
        }
        OPTIONAL.forEach(name -> scraped.addAll(List.of(name, name + "{root}")));
        assertThat(scraped).containsAll(documented);
    }

    @Test
    void hasWhatTheAlertsAndTheDashboardAskFor() throws Exception {
        Set<String> names = lines().stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceFirst("[{ ].*", ""))
                .collect(Collectors.toSet());
        names.addAll(OPTIONAL);

        for (String file : List.of("alerts.yml", "dashboard.json")) {
            Set<String> queried = QUERIED.matcher(Files.readString(FOLDER.resolve(file)))
                    .results()
                    .map(match -> match.group())
                    .collect(Collectors.toSet());
            assertThat(queried).as(file).hasSizeGreaterThan(10);
            assertThat(names).as(file).containsAll(queried);
        }
    }

    @Test
    @Timeout(60)
    void countsWhatTheClientDid() throws Exception {
        assertThat(lines())
                .contains(
                        "mesos_shuffle_blocks_sent_total 1.0",
                        "mesos_shuffle_sent_bytes_total 100.0",
                        "mesos_shuffle_executors 1.0",
                        "mesos_shuffle_open_duration_seconds_count 1",
                        "mesos_shuffle_registration_duration_seconds_count 1",
                        "mesos_shuffle_cache_misses_total{cache=\"index\"} 1.0");
        // The server learns a little later than the client that all has been sent.
        while (!lines().contains("mesos_shuffle_fetch_duration_seconds_count 1")) {
            Thread.onSpinWait();
        }
        assertThat(lines()).anyMatch(line -> line.matches("mesos_shuffle_commit_duration_seconds_count [1-9]\\d*"));
    }

    @Test
    void countsARegistrationThatIsRefused() throws Exception {
        assertThat(lines()).contains("mesos_shuffle_failed_registrations_total 0.0");

        try (RawClient client = connect()) {
            String elsewhere = temp.resolve("blockmgr-elsewhere").toString();
            assertThat(client.rpc("02 'app' '8' 00000001 '" + elsewhere + "' 00000040 'sort'"))
                    .doesNotStartWith("04");
        }
        assertThat(lines()).contains("mesos_shuffle_failed_registrations_total 1.0", "mesos_shuffle_executors 1.0");
    }

    /** Neither applications nor their names cost a scrape anything but the time to count them. */
    @Test
    void hasAsManySeriesForManyApplications() throws Exception {
        List<String> before = lines();
        try (RawClient client = connect()) {
            for (int i = 0; i < 50; i++) {
                Path dir = Files.createDirectory(root.resolve("blockmgr-of-" + i));
                assertThat(client.rpc("02 'secret-app-" + i + "' '7' 00000001 '" + dir + "' 00000040 'sort'"))
                        .isEqualTo("0400000000");
            }
        }

        List<String> after = new ArrayList<>(lines());
        assertThat(after).contains("mesos_shuffle_executors 51.0");
        assertThat(after).hasSameSizeAs(before).noneMatch(line -> line.contains("secret-app"));
    }

    private static String family(String name) {
        return name.replaceFirst("(_(?:duration|collection)_seconds)_(bucket|count|sum)$", "$1");
    }

    /** All roots are one, and so are the labels that have no value in the documentation. */
    private static String withValues(String labels) {
        if (labels == null || labels.startsWith("{le=")) {
            return "";
        }
        return labels.startsWith("{root") ? "{root}" : labels;
    }

    private List<String> lines() throws Exception {
        HttpResponse<String> response =
                http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        return response.body().lines().toList();
    }
}
