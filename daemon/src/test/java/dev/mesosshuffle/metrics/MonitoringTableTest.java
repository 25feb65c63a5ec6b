package dev.mesosshuffle.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table of docs/monitoring.md is the catalogue's. {@code target/metrics.md} has what it should be. */
class MonitoringTableTest {
    private static final Path PAGE = Path.of("../docs/monitoring.md");

    @Test
    void isTheCatalogues() throws IOException {
        String expected = MetricCatalog.ALL.stream()
                .map(MonitoringTableTest::row)
                .collect(Collectors.joining(
                        "\n", "\n| JMX | type | Prometheus | meaning |\n| --- | --- | --- | --- |\n", "\n"));
        Files.writeString(Path.of("target/metrics.md"), expected);

        String page = Files.readString(PAGE);
        String begin = "<!-- generated: metrics -->";
        assertThat(page.substring(page.indexOf(begin) + begin.length(), page.indexOf("<!-- end -->")))
                .isEqualTo(expected);
    }

    private static String row(MetricDefinition definition) {
        String advice = definition.advice().isEmpty() ? "" : ' ' + definition.advice();
        PrometheusSeries series = definition.series();
        return "| " + code(definition.jmxName()) + " | "
                + (definition.jmxType() == null ? "" : definition.jmxType().label()) + " | "
                + code(series == null ? null : series.selector()) + " | " + definition.meaning() + advice + " |";
    }

    private static String code(@Nullable String name) {
        return name == null ? "" : '`' + name + '`';
    }
}
