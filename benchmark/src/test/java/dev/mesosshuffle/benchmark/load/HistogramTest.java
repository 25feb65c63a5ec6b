package dev.mesosshuffle.benchmark.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
    private final Histogram histogram = new Histogram();

    @Test
    void shouldBeZeroWithoutValues() {
        assertThat(histogram.percentile(0.99)).isZero();
        assertThat(histogram.max()).isZero();
    }

    @Test
    void shouldTellSmallValuesExactly() {
        for (int value = 1; value <= 100; value++) {
            histogram.add(value);
        }

        assertThat(histogram.percentile(0.50)).isEqualTo(50);
        assertThat(histogram.percentile(0.99)).isEqualTo(99);
        assertThat(histogram.percentile(1)).isEqualTo(100);
        assertThat(histogram.count()).isEqualTo(100);
    }

    @Test
    void shouldTellLargeValuesWithinTheWidthOfABucket() {
        for (long value = 1; value <= 100_000; value++) {
            histogram.add(value * 1000);
        }

        assertThat(histogram.percentile(0.50)).isCloseTo(50_000_000, withPercentage(1.6));
        assertThat(histogram.percentile(0.99)).isCloseTo(99_000_000, withPercentage(1.6));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 63, 64, 127, 128, 129, 4095, 4096, 1_000_000_007, Long.MAX_VALUE})
    void shouldNeverTellMoreThanTheLargestValue(long value) {
        histogram.add(value);

        assertThat(histogram.percentile(0.50)).isEqualTo(value);
        assertThat(histogram.max()).isEqualTo(value);
    }

    @Test
    void shouldCountTheValuesOfAnotherOneToo() {
        Histogram other = new Histogram();
        for (int value = 1; value <= 50; value++) {
            histogram.add(value);
            other.add(value + 50);
        }

        histogram.add(other);

        assertThat(histogram.count()).isEqualTo(100);
        assertThat(histogram.percentile(0.99)).isEqualTo(99);
        assertThat(histogram.max()).isEqualTo(100);
    }

    @Test
    void shouldNotLetOneSlowFetchMoveTheMedian() {
        for (int i = 0; i < 99; i++) {
            histogram.add(10);
        }
        histogram.add(5_000_000);

        assertThat(histogram.percentile(0.50)).isEqualTo(10);
        assertThat(histogram.percentile(0.99)).isEqualTo(10);
        assertThat(histogram.max()).isEqualTo(5_000_000);
    }
}
