package dev.mesosshuffle.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetricCatalogTest {
    @Test
    void namesEachMetricOnce() {
        assertThat(MetricCatalog.ALL)
                .extracting(MetricDefinition::jmxName)
                .filteredOn(Objects::nonNull)
                .doesNotHaveDuplicates();
        assertThat(series()).doesNotHaveDuplicates();
    }

    @Test
    void hasForEveryFamilyTheSameLabelAndAHelpOfItsOwn() {
        Map<String, Set<String>> labels = new HashMap<>();
        series().forEach(series -> assertThat(labels.computeIfAbsent(
                        series.family(), family -> series.labels().keySet()))
                .as(series.family())
                .isEqualTo(series.labels().keySet()));
        List<String> meanings =
                MetricCatalog.ALL.stream().map(MetricDefinition::meaning).toList();
        labels.forEach((family, names) -> {
            if (!names.isEmpty()) {
                assertThat(meanings).as(family).doesNotContain(MetricCatalog.help(family));
            }
        });
    }

    @Test
    void endsNamesByTheirUnits() {
        for (MetricDefinition definition : MetricCatalog.ALL) {
            PrometheusSeries series = definition.series();
            if (series != null) {
                String name = series.family().replaceFirst("_total$", "");
                switch (definition.unit()) {
                    case BYTES -> assertThat(name).endsWith("_bytes");
                    case SECONDS, MILLISECONDS, MICROSECONDS -> assertThat(name).endsWith("_seconds");
                    case PERCENT -> assertThat(name).endsWith("_ratio");
                    case COUNT -> assertThat(name).doesNotEndWith("_ratio");
                }
            }
        }
    }

    @Test
    void isAboutNoSingleApplication() {
        assertThat(series().flatMap(series -> series.labels().keySet().stream()))
                .containsOnly(
                        "state",
                        "reason",
                        "signal",
                        "protocol",
                        "mode",
                        "outcome",
                        "cache",
                        "budget",
                        "area",
                        "level",
                        "command");
    }

    @Test
    void findsAMetricByItsName() {
        MetricCatalog.Registered found = MetricCatalog.find("shuffleService.applications.alive");

        assertThat(found).isNotNull();
        assertThat(found.root()).isNull();
        assertThat(Objects.requireNonNull(found.definition().series()).selector())
                .isEqualTo("mesos_shuffle_applications{state=\"alive\"}");
    }

    @Test
    void findsARootsMetricWhateverThePath() {
        MetricCatalog.Registered found = MetricCatalog.find("shuffleService.disk./data.queue/x.y.freeBytes");

        assertThat(found).isNotNull();
        assertThat(found.root()).isEqualTo("/data.queue/x.y");
        assertThat(found.definition().jmxName()).isEqualTo("disk.ROOT.freeBytes");
    }

    @Test
    void findsNoneThatIsNotDeclared() {
        assertThat(MetricCatalog.find("shuffleService.applications.asleep")).isNull();
        assertThat(MetricCatalog.find("shuffleService.disk./data.colour")).isNull();
        assertThat(MetricCatalog.find("shuffleService.disk.queue")).isNull();
        assertThat(MetricCatalog.find("jvm.heap.used")).isNull();
    }

    private static Stream<PrometheusSeries> series() {
        return MetricCatalog.ALL.stream().map(MetricDefinition::series).filter(Objects::nonNull);
    }
}
