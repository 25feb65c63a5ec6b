package dev.mesosshuffle.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditDistanceTest {
    @ParameterizedTest
    @CsvSource({"'', '', 0", "abc, abc, 0", "abc, '', 3", "'', abc, 3", "kitten, sitting, 3", "hots, host, 2"})
    void countsLettersInsertedDeletedOrReplaced(String a, String b, int expected) {
        assertThat(EditDistance.between(a, b)).isEqualTo(expected);
    }

    @Test
    void findsTheNearestWhateverTheCase() {
        assertThat(EditDistance.nearest("MAXFRAMESIZ", List.of("master", "maxFrameSize", "host")))
                .isEqualTo("maxFrameSize");
    }

    @Test
    void prefersTheFirstInTheAlphabetAmongEquals() {
        assertThat(EditDistance.nearest("x", List.of("b", "a"))).isEqualTo("a");
    }
}
