package dev.mesosshuffle.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PassedDescriptorTest {
    private static final long OWN_PID = 42;

    @TempDir
    private Path open;

    @BeforeEach
    void openSome() throws IOException {
        Files.createSymbolicLink(open.resolve("3"), Path.of("socket:[101]"));
        Files.createSymbolicLink(open.resolve("4"), Path.of("/lib/a.jar"));
        Files.createSymbolicLink(open.resolve("5"), Path.of("socket:[102]"));
    }

    @Test
    void takesTheSocketsAndNothingElseThatIsOpen() {
        assertThat(passed("42", "4", "one:two:three:closed"))
                .containsExactly(new PassedDescriptor("one", 3), new PassedDescriptor("three", 5));
    }

    @Test
    void takesNothingThatIsMeantForAnotherProcess() {
        assertThat(passed("43", "1", "one")).isEmpty();
        assertThat(PassedDescriptor.of(Map.of("LISTEN_FDS", "1", "LISTEN_FDNAMES", "one")))
                .isEmpty();
        assertThat(PassedDescriptor.of(Map.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2, one",
        "1, one:two",
        "-1, one",
        "99999999999, one",
        "x, one",
        "'', one",
        "1, ''",
        "2, one:",
        "1, 'with blank'",
    })
    void takesNothingIfCountAndNamesDoNotAgree(String count, String names) {
        try (LogCapture log = LogCapture.of(PassedDescriptor.class)) {
            assertThat(passed("42", count, names)).isEmpty();
            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void takesNoNameThatWouldBeMoreInAMessage() {
        assertThat(passed("42", "1", "one\nMAINPID=1")).isEmpty();
        assertThat(PassedDescriptor.isName("x".repeat(256))).isFalse();
        assertThat(PassedDescriptor.isName("x".repeat(255))).isTrue();
    }

    private List<PassedDescriptor> passed(String pid, String count, String names) {
        return PassedDescriptor.of(
                Map.of("LISTEN_PID", pid, "LISTEN_FDS", count, "LISTEN_FDNAMES", names), OWN_PID, open);
    }
}
