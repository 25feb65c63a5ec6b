package dev.mesosshuffle.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineChartTest {
    @ParameterizedTest
    @CsvSource({
        "0, 1000, 1",
        "1, 1000, 1",
        "1.1, 1000, 2",
        "3, 1000, 5",
        "999, 1000, 1000",
        "1001, 1000, 2000",
        "1500000, 1024, 2097152",
        "1023, 1024, 1024",
        "0.3, 1000, 0.5"
    })
    void hasRoundLabels(double highest, int base, double top) {
        assertThat(LineChart.niceCeiling(highest, base)).isEqualTo(top);
    }

    @Test
    void drawsOneLineThroughPointsAndNoneOverGaps() throws IOException {
        assertThat(draw(point(30_000, 1.0), point(20_000, 2.0), point(10_000, 0.0)))
                .contains("<path class=\"line a\" d=\"M595.0 85.0L596.7 14.0L598.3 156.0\"></path>");
        assertThat(draw(point(200_000, 1.0), point(10_000, 1.0))).contains("d=\"M566.7 14.0M598.3 14.0\"");
        assertThat(draw(point(20_000, 1.0), point(15_000, null), point(10_000, 1.0)))
                .contains("d=\"M596.7 14.0M598.3 14.0\"");
    }

    @Test
    void leavesOutWhatIsOlderThanAnHour() throws IOException {
        assertThat(draw(point(3_700_000, 1.0))).doesNotContain("<path");
    }

    private static LineChart.Point point(long ageMillis, @Nullable Double value) {
        return new LineChart.Point(ageMillis, value);
    }

    private static String draw(LineChart.Point... points) throws IOException {
        StringWriter out = new StringWriter();
        try (HtmlWriter html = new HtmlWriter(out)) {
            new LineChart("x", "title", "summary", Double::toString, 1000)
                    .write(html, List.of(new LineChart.Series("A", "a", false, List.of(points))));
        }
        return out.toString();
    }
}
