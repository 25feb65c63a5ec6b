package dev.mesosshuffle.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The build runs this in a locale with UTF-8, and in one without. */
final class PathBytesTest {
    @TempDir
    private Path temp;

    /** In hexadecimal; only a directory's listing gives a path that has such a name. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "706c61696e",
                "6120627c0a09",
                "2e2e2e",
                "c3a4",
                "6c6174696e2de4",
                "68616c662dc3",
                "ff",
                "25323025",
                "233f3b5c",
                "e697a5"
            })
    void areThoseOfTheNameWhateverTheLocale(String hex) throws Exception {
        byte[] name = HexFormat.of().parseHex(hex);
        StringBuilder octal = new StringBuilder();
        for (byte b : name) {
            octal.append(String.format("\\%03o", b & 0xff));
        }
        Process process =
                new ProcessBuilder("sh", "-c", "mkdir \"$0/$(printf '" + octal + "x')\"", temp.toString()).start();
        assertThat(process.waitFor()).isZero();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(temp)) {
            Path entry = entries.iterator().next();
            assertThat(PathBytes.terminated(entry.getFileName()))
                    .isEqualTo(HexFormat.of().parseHex(hex + "7800"));
            byte[] whole = PathBytes.terminated(entry);
            assertThat(HexFormat.of().formatHex(whole))
                    .isEqualTo(HexFormat.of().formatHex(temp.toString().getBytes(StandardCharsets.US_ASCII)) + "2f"
                            + hex + "7800");
        }
    }
}
