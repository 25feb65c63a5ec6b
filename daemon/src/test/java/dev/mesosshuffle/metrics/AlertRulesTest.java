package dev.mesosshuffle.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of docs/prometheus fit the daemon and its documentation. {@code promtool} checks them in packaging/test. */
class AlertRulesTest {
    private static final Path FOLDER = Path.of("../docs/prometheus");
    private static final Pattern METRIC = Pattern.compile("\\b(?:mesos_shuffle|process|jvm)_\\w+");
    private static final Pattern SELECTOR = Pattern.compile("(mesos_shuffle_\\w+)\\{([^}]*)}");
    private static final Pattern LABEL = Pattern.compile("(\\w+)(?:=|=~|!~)\"([\\w|]+)\"");
    private static final Set<String> OF_THE_SCRAPE = Set.of("instance", "job", "root", "le");
    private static final Pattern ALERT = Pattern.compile("(?m)^ +- alert: (\\w+)$");
    private static final Pattern RUNBOOK = Pattern.compile("(?m)^ +runbook_url: (\\S+)$");

    /** What an operator replaces by the address of these documents. */
    private static final String PLACEHOLDER = "https://mesos-shuffle-service.example/docs";

    private static final Set<String> FAMILIES = MetricCatalog.ALL.stream()
            .map(MetricDefinition::series)
            .filter(Objects::nonNull)
            .map(PrometheusSeries::family)
            .collect(Collectors.toSet());

    @ParameterizedTest
    @ValueSource(strings = {"alerts.yml", "alerts-test.yml", "dashboard.json"})
    void nameOnlyDeclaredMetrics(String file) throws IOException {
        List<String> named = find(METRIC, file)
                .map(MatchResult::group)
                .map(name -> name.replaceFirst("(_(?:duration|collection)_seconds)_(bucket|count|sum)$", "$1"))
                .toList();

        assertThat(named)
                .hasSizeGreaterThan(10)
                .allSatisfy(name -> assertThat(FAMILIES).contains(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"alerts.yml", "alerts-test.yml"})
    void nameOnlyDeclaredStatesAndReasons(String file) throws IOException {
        Set<String> declared = MetricCatalog.ALL.stream()
                .map(MetricDefinition::series)
                .filter(Objects::nonNull)
                .flatMap(series -> series.labels().entrySet().stream()
                        .map(label -> series.family() + ' ' + label.getKey() + ' ' + label.getValue()))
                .collect(Collectors.toSet());
        List<String> named = find(SELECTOR, file)
                .flatMap(selector -> LABEL.matcher(selector.group(2))
                        .results()
                        .filter(label -> !OF_THE_SCRAPE.contains(label.group(1)))
                        .flatMap(label -> Stream.of(label.group(2).split("\\|"))
                                .map(value -> selector.group(1) + ' ' + label.group(1) + ' ' + value)))
                .toList();

        assertThat(named).isNotEmpty().allSatisfy(label -> assertThat(declared).contains(label));
    }

    @Test
    void leadEachToASectionOfItsName() throws IOException {
        String page = Files.readString(Path.of("../docs/operations.md"));
        List<String> alerts =
                find(ALERT, "alerts.yml").map(match -> match.group(1)).toList();

        assertThat(alerts).hasSizeGreaterThan(9).doesNotHaveDuplicates();
        assertThat(alerts).allSatisfy(alert -> assertThat(page).contains("\n### " + alert + "\n"));
        assertThat(find(RUNBOOK, "alerts.yml").map(match -> match.group(1)))
                .containsExactlyElementsOf(alerts.stream()
                        .map(alert -> PLACEHOLDER + "/operations.md#" + alert.toLowerCase(Locale.ROOT))
                        .toList());
    }

    /** One command replaces all links, and the documents and the file itself tell it. */
    @Test
    void haveOnePlaceholderForTheAddressOfTheirRunbooks() throws IOException {
        String rules = Files.readString(FOLDER.resolve("alerts.yml"));
        String command = "sed -i 's|" + PLACEHOLDER + "|https://wiki.example.org/shuffle|' alerts.yml";

        assertThat(rules).contains("#   " + command + "\n");
        assertThat(Files.readString(Path.of("../docs/monitoring.md"))).contains("\n" + command + "\n");
        assertThat(rules.replace(command, "").replace("runbook_url: " + PLACEHOLDER + "/", ""))
                .doesNotContain("://");
    }

    @Test
    void areTestedOnBothSides() throws IOException {
        String tests = Files.readString(FOLDER.resolve("alerts-test.yml"));

        assertThat(find(ALERT, "alerts.yml").map(match -> match.group(1)))
                .allSatisfy(alert -> assertThat(tests)
                        .contains("- name: " + alert + " fires\n", "- name: " + alert + " does not fire\n"));
    }

    private static Stream<MatchResult> find(Pattern pattern, String file) throws IOException {
        return pattern.matcher(Files.readString(FOLDER.resolve(file))).results();
    }
}
