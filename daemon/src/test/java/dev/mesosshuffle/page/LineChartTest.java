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
        "0, 1024, 1024",
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
        assertThat(draw(point(60_000, 1.0), point(30_000, 2.0), point(0, 0.0)))
                .contains("<path class=\"line a\" d=\"M525.0 91.0L562.5 20.0L600.0 162.0\"></path>")
                .doesNotContain("class=\"dot");
    }

    /** What happened once must be seen too, in a chart that is empty otherwise. */
    @Test
    void drawsADotForAPointWithoutNeighbours() throws IOException {
        assertThat(draw(point(240_000, 1.0), point(0, 1.0)))
                .contains("<path class=\"dot a\" d=\"M300.0 20.0h0M600.0 20.0h0\"></path>");
        assertThat(draw(point(60_000, 1.0), point(30_000, null), point(0, 1.0)))
                .contains("<path class=\"dot a\" d=\"M525.0 20.0h0M600.0 20.0h0\"></path>");
        assertThat(draw(point(240_000, 1.0), point(30_000, 1.0), point(0, 1.0)))
                .contains("<path class=\"dot a\" d=\"M300.0 20.0h0\"></path>");
        assertThat(draw(point(3_700_000, 1.0))).doesNotContain("class=\"dot");
    }

    @Test
    void showsAsMuchOfTheHourAsThereIs() throws IOException {
        assertThat(draw(point(400_000, 1.0), point(0, 1.0)))
                .contains(">−8 min<")
                .doesNotContain(">−60 min<");
        assertThat(draw(point(1_200_000, 1.0), point(0, 1.0))).contains(">−20 min<", ">−5 min<");
        assertThat(draw(point(1_300_000, 1.0), point(0, 1.0))).contains(">−60 min<", ">−15 min<");
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
