package dev.mesosshuffle.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.benchmark.cases.Measurements;
import dev.mesosshuffle.benchmark.cases.Metric;
import dev.mesosshuffle.benchmark.cases.Result;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    @Test
    void shouldShowMediansAndTheirRatioInATable() {
        assertThat(Report.markdown(List.of(compared(30_000, 10_000)))).isEqualTo("""
                        | case | what  | service | blocks/s | CPU µs/block |
                        | ---- | ----- | ------- | -------: | -----------: |
                        | 1k   | small | daemon  |    30000 |         2.00 |
                        | 1k   | small | Spark   |    10000 |         4.00 |
                        |      |       | ratio   |     3.00 |         0.50 |

                        """);
    }

    @Test
    void shouldKeepEveryRoundForOtherPrograms() {
        assertThat(Report.csv(List.of(compared(30_000, 10_000))))
                .startsWith("case,service,round,metric,value\n")
                .contains("1k,daemon,1,\"blocks/s\",30000.0000\n", "1k,Spark,1,\"CPU µs/block\",4.0000\n");
    }

    @Test
    void shouldDrawABarForEachRatio() {
        String svg = new Chart(List.of(compared(30_000, 10_000))).toSvg();

        assertThat(svg).contains(">1k</text>", ">3.00</text>", ">0.50</text>", "daemon compared with Spark");
        // The longest bar has the whole width, and where both are alike there is a line.
        assertThat(svg).contains("width=\"440\" height=\"12\"", "<line class=\"one\" x1=\"297\"");
    }

    @Test
    void shouldDrawNothingThatWasNotCompared() {
        Result alone = new Result("1k", "small", Map.of("daemon", List.of(figures(1, 1))));

        assertThat(new Chart(List.of(alone)).toSvg()).doesNotContain(">1k</text>");
    }

    private static Result compared(double daemonRate, double sparkRate) {
        Map<String, List<Measurements>> rounds = new LinkedHashMap<>();
        rounds.put("daemon", List.of(figures(daemonRate, 2)));
        rounds.put("Spark", List.of(figures(sparkRate, 4)));
        return new Result("1k", "small", rounds);
    }

    private static Measurements figures(double rate, double cpu) {
        return new Measurements(Map.of(Metric.BLOCKS_PER_SECOND, rate, Metric.CPU_MICROS_PER_BLOCK, cpu));
    }
}
