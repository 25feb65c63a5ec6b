package dev.mesosshuffle.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SparkUnitsTest {
    @ParameterizedTest
    @CsvSource({
        "250us, PT0.00025S",
        "100ms, PT0.1S",
        "50s, PT50S",
        "50S, PT50S",
        "2m, PT2M",
        "2min, PT2M",
        "24h, PT24H",
        "3d, PT72H",
        "120, PT2M",
        "0, PT0S",
        "-1, PT-1S",
        "-5ms, PT-0.005S"
    })
    void readsTimesAsSparkDoes(String text, Duration expected) {
        assertThat(SparkUnits.time(text, ChronoUnit.SECONDS)).isEqualTo(expected);
    }

    @Test
    void takesTheUnitOfABareNumberFromItsCaller() {
        assertThat(SparkUnits.time("120", ChronoUnit.MILLIS)).isEqualTo(Duration.ofMillis(120));
    }

    @Test
    void cutsATimeThatMeansNever() {
        assertThat(SparkUnits.time("9223372036854775807d", ChronoUnit.SECONDS)).isEqualTo(SparkUnits.MAX_TIME);
        assertThat(SparkUnits.time("-9223372036854775807", ChronoUnit.SECONDS))
                .isEqualTo(SparkUnits.MAX_TIME.negated());
        assertThat(SparkUnits.MAX_TIME.toNanos()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "1.5s", "1 s", "10sec", "1s2ms", "--1s", "9223372036854775808s"})
    void refusesWhatIsNoTime(String text) {
        assertThatThrownBy(() -> SparkUnits.time(text, ChronoUnit.SECONDS))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "512, 512",
        "50b, 50",
        "100k, 102400",
        "100kb, 102400",
        "16m, 16777216",
        "16MB, 16777216",
        "1g, 1073741824",
        "1gb, 1073741824",
        "2t, 2199023255552",
        "2tb, 2199023255552",
        "1p, 1125899906842624",
        "8191pb, 9222246136947933184"
    })
    void readsSizesAsSparkDoes(String text, long expected) {
        assertThat(SparkUnits.size(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "1.5m", "-1", "-1m", "1 m", "1x", "8192p", "9223372036854775808"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> SparkUnits.size(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0b", "1023b", "1k", "1025k", "100m", "3g"})
    void writesASizeAsItReadsIt(String text) {
        assertThat(SparkUnits.sizeText(SparkUnits.size(text))).isEqualTo(text);
    }
}
