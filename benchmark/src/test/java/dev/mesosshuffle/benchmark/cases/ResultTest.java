package dev.mesosshuffle.benchmark.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ResultTest {
    private static final Metric METRIC = Metric.BLOCKS_PER_SECOND;

    @Test
    void shouldTakeTheMedianOfTheRounds() {
        Map<String, List<Measurements>> rounds = new LinkedHashMap<>();
        rounds.put("daemon", rounds(100, 9000, 300));
        rounds.put("Spark", rounds(10, 20, 30, 1000));
        Result result = new Result("case", "what", rounds);

        assertThat(result.median("daemon", METRIC)).isEqualTo(300);
        assertThat(result.median("Spark", METRIC)).isEqualTo(25);
        assertThat(result.ratio(METRIC)).isEqualTo(12);
    }

    @Test
    void shouldHaveNoRatioWithoutAnotherService() {
        assertThat(new Result("case", "what", Map.of("daemon", rounds(1))).ratio(METRIC))
                .isNaN();
    }

    @Test
    void shouldHaveNoRatioToNothing() {
        Map<String, List<Measurements>> rounds = new LinkedHashMap<>();
        rounds.put("daemon", rounds(1));
        rounds.put("Spark", rounds(0));

        assertThat(new Result("case", "what", rounds).ratio(METRIC)).isNaN();
    }

    @Test
    void shouldLeaveOpenWhatIsNotMeasuredOfTheOther() {
        Map<String, List<Measurements>> rounds = new LinkedHashMap<>();
        rounds.put("daemon", rounds(1));
        rounds.put("rm -rf", List.of(new Measurements(Map.of(Metric.REMOVAL_SECONDS, 2.0))));

        assertThat(new Result("case", "what", rounds).median("rm -rf", METRIC)).isNaN();
        assertThat(new Result("case", "what", rounds).ratio(METRIC)).isNaN();
    }

    private static List<Measurements> rounds(double... values) {
        return DoubleStream.of(values)
                .mapToObj(value -> new Measurements(Map.of(METRIC, value)))
                .toList();
    }
}
