package dev.mesosshuffle.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void shouldReadOptionsAndCasesInAnyOrder() {
        Options options = Options.parse(List.of("1k", "--seconds", "0.5", "--dir", "/a", "10k", "--dir", "/b"));

        assertThat(options.cases).containsExactly("1k", "10k");
        assertThat(options.roundTime).isEqualTo(Duration.ofMillis(500));
        assertThat(options.dirs).containsExactly(Path.of("/a"), Path.of("/b"));
        assertThat(options.rounds).isEqualTo(3);
    }

    @Test
    void shouldLetTheLaterOfTwoWin() {
        assertThat(Options.parse(List.of("--daemon", "/a", "--daemon", "/b")).daemon)
                .isEqualTo(Path.of("/b"));
    }

    @Test
    void shouldNameWhatItDoesNotUnderstand() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(List.of("--round", "3")))
                .withMessage("--round (expected: an option or a case)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(List.of("--rounds", "0")))
                .withMessageStartingWith("--rounds: 0 (expected: a number from 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(List.of("--rounds")))
                .withMessage("--rounds (expected: a value behind it)");
    }
}
