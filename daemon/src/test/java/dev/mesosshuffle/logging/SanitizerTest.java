package dev.mesosshuffle.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SanitizerTest {
    private static final int MAX_BYTES = 120;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "20151007-1444-app_0001 /tmp/spark/blockmgr-1 {}$%\\n",
                "Größe",
                "приложение",
                "应用程序",
                "हिन्दी",
                "𝒜😀"
            })
    void leavesTextAsItIs(String text) {
        assertThat(Sanitizer.printable(text)).isEqualTo(text);
        assertThat(Sanitizer.line(text, MAX_BYTES)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0,
                '\t',
                '\n',
                '\r',
                0x1b,
                0x7f,
                0x85,
                0x9b, // control
                0x61c,
                0x200e,
                0x202a,
                0x202e,
                0x2066,
                0x2069, // bidirectional
                0xad,
                0x200b,
                0x200d,
                0x2060,
                0xfeff,
                0xfff9,
                0x34f,
                0x3164,
                0xfe0f,
                0xe0101,
                0xe0041, // of no width
                0xa0,
                0x2003,
                0x3000,
                0x2800, // blanks
                0x2028,
                0x2029, // separators
                0xe000,
                0xf0000,
                0x378,
                0xffff,
                0xd800,
                0xdc00,
                0xfffd // no characters
            })
    void escapesWhatCouldFoolAReader(int codePoint) {
        String text = "a" + Character.toString(codePoint) + "b";
        String shown = Character.isBmpCodePoint(codePoint)
                ? String.format("a\\u%04xb", codePoint)
                : String.format("a\\U%08xb", codePoint);
        assertThat(Sanitizer.printable(text)).isEqualTo(shown);
        assertThat(Sanitizer.line(text, MAX_BYTES)).isEqualTo(shown);
        assertThat(Sanitizer.line(shown, MAX_BYTES)).isEqualTo(shown);
    }

    @Test
    void cutsALongValueAndTellsHowMuchIsMissing() {
        assertThat(Sanitizer.printable("x".repeat(200))).isEqualTo("x".repeat(200));
        assertThat(Sanitizer.printable("x".repeat(1234))).isEqualTo("x".repeat(200) + "... (1034 characters more)");
    }

    @Test
    void cutsNoCharacterInTwo() {
        assertThat(Sanitizer.printable("x".repeat(199) + "😀y")).isEqualTo("x".repeat(199) + "... (3 characters more)");
        assertThat(Sanitizer.line("😀".repeat(100), MAX_BYTES))
                .isEqualTo("😀".repeat(20) + "... (160 characters more)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "应", "😀", "\u202e", "\n"})
    void boundsTheBytesOfALine(String unit) {
        for (int count = 1; count < 2 * MAX_BYTES; count++) {
            String text = unit.repeat(count);
            String line = Sanitizer.line(text, MAX_BYTES);
            assertThat(line.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(MAX_BYTES);
            String whole = Sanitizer.line(text, Integer.MAX_VALUE);
            if (whole.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES) {
                assertThat(line).isEqualTo(whole);
            } else {
                assertThat(line).endsWith(" characters more)");
            }
        }
    }
}
