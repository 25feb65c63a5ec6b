package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HumanReadableTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1288490189, 1.2 GiB",
        "1099511627776, 1.0 TiB",
        "9223372036854775807, 8.0 EiB"
    })
    void tellsBytesInTheUnitThatFits(long bytes, String text) {
        assertThat(HumanReadable.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 ms",
        "PT0.999S, 999 ms",
        "PT1S, 1 s",
        "PT9M59S, 599 s",
        "PT10M, 10 min",
        "PT9H59M, 599 min",
        "PT10H, 10 h"
    })
    void tellsTimesInTheUnitThatFits(Duration time, String text) {
        assertThat(HumanReadable.time(time.toNanos())).isEqualTo(text);
    }
}
