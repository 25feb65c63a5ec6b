package dev.mesosshuffle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs in a locale with UTF-8, and in one without, where other names can be spelled. */
final class ExactPathsTest {
    private static final boolean UTF_8 = "UTF-8".equals(System.getProperty("sun.jnu.encoding"));

    @TempDir
    private Path temp;

    private Path listed(String name) throws Exception {
        Process process =
                new ProcessBuilder("sh", "-c", "mkdir \"$1/$(printf \"$2\")\"", "sh", temp.toString(), name).start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(temp)) {
            return entries.iterator().next();
        }
    }

    @Test
    void aNameInAsciiIsExactEverywhere() throws Exception {
        Path path = listed("blockmgr-1");
        assertThat(ExactPaths.isExact(path)).isTrue();
        assertThat(ExactPaths.of(path.toString())).isEqualTo(path);
    }

    @Test
    void aNameInUtf8IsExactWhereItCanBeSpelled() throws Exception {
        Path path = listed("blockmgr-\\303\\274");
        assertThat(ExactPaths.isExact(path)).isEqualTo(UTF_8);
        if (UTF_8) {
            assertThat(ExactPaths.of(temp + "/blockmgr-\u00fc")).isEqualTo(path);
        } else {
            assertThatExceptionOfType(InvalidPathException.class)
                    .isThrownBy(() -> ExactPaths.of(temp + "/blockmgr-\u00fc"))
                    .withMessageContaining("LC_ALL=C.UTF-8");
        }
    }

    @Test
    void aNameThatIsNoUtf8IsExactNowhere() throws Exception {
        assertThat(ExactPaths.isExact(listed("blockmgr-\\374"))).isFalse();
    }
}
