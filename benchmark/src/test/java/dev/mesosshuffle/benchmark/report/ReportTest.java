package dev.mesosshuffle.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.benchmark.cases.Measurements;
import dev.mesosshuffle.benchmark.cases.Metric;
import dev.mesosshuffle.benchmark.cases.Result;
import dev.mesosshuffle.benchmark.cases.Target;
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
    void shouldHoldFiguresAgainstTheirTargets() {
        Map<String, List<Measurements>> rounds = new LinkedHashMap<>();
        rounds.put("daemon", List.of(figures(30_000, 2)));
        rounds.put("Spark", List.of(figures(10_000, 4)));
        rounds.put("daemon, plain", List.of(figures(40_000, 1)));
        Result result = new Result(
                "1k",
                "small",
                rounds,
                List.of(
                        new Target(Metric.CPU_MICROS_PER_BLOCK, "Spark", 0.5),
                        new Target(Metric.CPU_MICROS_PER_BLOCK, "daemon, plain", 1.4),
                        new Target(Metric.CPU_MICROS_PER_BLOCK, "", 3)));

        assertThat(Report.markdown(List.of(result))).isEqualTo("""
                        | case | what  | service                | blocks/s | CPU µs/block |
                        | ---- | ----- | ---------------------- | -------: | -----------: |
                        | 1k   | small | daemon                 |    30000 |         2.00 |
                        | 1k   | small | Spark                  |    10000 |         4.00 |
                        | 1k   | small | daemon, plain          |    40000 |         1.00 |
                        |      |       | ratio to Spark         |     3.00 |         0.50 |
                        |      |       | ratio to daemon, plain |     0.75 |         2.00 |

                        | case | figure       | compared with | met | measured | at most |
                        | ---- | ------------ | ------------- | --- | -------: | ------: |
                        | 1k   | CPU µs/block | Spark         | yes |    0.500 |   0.500 |
                        | 1k   | CPU µs/block | daemon, plain | no  |    2.000 |   1.400 |
                        | 1k   | CPU µs/block |               | yes |    2.000 |   3.000 |

                        """);
    }

    @Test
    void shouldShowHowTheCostOfABlockGrows() {
        Result few = named("1k", 2, 10);
        Result many = named("1k-5000", 3, 25);

        assertThat(Report.markdown(List.of(many, few))).endsWith("""
                        | CPU time per block with | case    | compared with | daemon | Spark |
                        | ----------------------- | ------- | ------------- | -----: | ----: |
                        | 20 times the files      | 1k-5000 | 1k            |   1.50 |  2.50 |

                        """);
    }

    @Test
    void shouldShowNoGrowthFromOneCase() {
        assertThat(Report.markdown(List.of(named("1k-5000", 3, 25)))).doesNotContain("compared with");
    }

    @Test
    void shouldKeepEveryRoundForOtherPrograms() {
        assertThat(Report.csv(List.of(compared(30_000, 10_000))))
                .startsWith("case,service,round,metric,value\n")
                .contains("1k,daemon,1,\"blocks/s\",30000.0000\n", "1k,Spark,1,\"CPU µs/block\",4.0000\n");
    }

    @Test
    void shouldDrawABarForEachRatio() {
        String svg = new Chart(List.of(compared(30_000, 10_000)), "2 × processors, today").toSvg();

        assertThat(svg)
                .contains(
                        ">small</text>",
                        ">3.00</text>",
                        ">0.50</text>",
                        "daemon compared with Spark",
                        ">2 × processors, today</text>");
        // The longest bar has the whole width, and where both are alike there is a line.
        assertThat(svg).contains("width=\"440\" height=\"12\"", "<line class=\"one\" x1=\"537\"");
    }

    @Test
    void shouldDrawNothingThatWasNotCompared() {
        Result alone = new Result("1k", "small", Map.of("daemon", List.of(figures(1, 1))));

        assertThat(new Chart(List.of(alone), "").toSvg()).doesNotContain(">small</text>");
    }

    private static Result named(String name, double daemonCpu, double sparkCpu) {
        Map<String, List<Measurements>> rounds = new LinkedHashMap<>();
        rounds.put("daemon", List.of(figures(1, daemonCpu)));
        rounds.put("Spark", List.of(figures(1, sparkCpu)));
        return new Result(name, name, rounds);
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
