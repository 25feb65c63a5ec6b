package dev.mesosshuffle.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.testing.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OperatorCredentialsTest {
    private static final String ALICES = "0123456789abcdef";
    private static final String BOBS = "fedcba9876543210:!~";

    @TempDir
    Path dir;

    private Path file;

    @BeforeEach
    void closeTheDirectory() throws Exception {
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
        file = write("# operators\n\nalice:" + ALICES + "\nbob-2.x_y:" + BOBS + "\n");
    }

    private Path write(String text) throws Exception {
        Path written = Files.writeString(dir.resolve("operators"), text);
        return Files.setPosixFilePermissions(written, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void knowsWhoseATokenIs() throws Exception {
        OperatorCredentials credentials = OperatorCredentials.read(file);
        assertThat(credentials.userOfToken(ALICES)).isEqualTo("alice");
        assertThat(credentials.userOfToken(BOBS)).isEqualTo("bob-2.x_y");
        assertThat(credentials.userOfToken(ALICES + "0")).isNull();
        assertThat(credentials.userOfToken("")).isNull();
    }

    @Test
    void takesASecretWithItsOwnNameOnly() throws Exception {
        OperatorCredentials credentials = OperatorCredentials.read(file);
        assertThat(credentials.userOfPassword("alice", ALICES)).isEqualTo("alice");
        assertThat(credentials.userOfPassword("alice", BOBS)).isNull();
        assertThat(credentials.userOfPassword("carol", ALICES)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# nobody\n",
                "alice\n",
                "alice:short\n",
                ":0123456789abcdef\n",
                "alice:0123456789 abcdef\n",
                "alice:0123456789abcdef\r\n",
                "al ice:0123456789abcdef\n",
                "alice:0123456789abcdef\u00e4\n",
                "alice:0123456789abcdef\nalice:fedcba9876543210\n",
                "alice:0123456789abcdef\nbob:0123456789abcdef\n"
            })
    void refusesAFileThatSaysSomethingElseWithoutShowingIt(String text) throws Exception {
        Path wrong = write(text);
        assertThatThrownBy(() -> OperatorCredentials.read(wrong))
                .isInstanceOf(SecretException.class)
                .hasMessageContaining("(expected: ")
                .hasMessageNotContaining("0123456789");
    }

    @Test
    void refusesAFileThatOthersCanRead() throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> OperatorCredentials.read(file))
                .isInstanceOf(SecretException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void rereadsTheFileAndKeepsTheOldOnesIfItIsWrong() throws Exception {
        OperatorCredentials credentials = OperatorCredentials.read(file);
        write("carol:" + ALICES + "\n");
        credentials.reload();
        assertThat(credentials.userOfToken(ALICES)).isEqualTo("carol");
        try (LogCapture log = LogCapture.of(OperatorCredentials.class)) {
            write("carol\n");
            credentials.reload();
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("ERROR The credentials of the admin server were not reread, those before stay in use: "
                            + file);
        }
        assertThat(credentials.userOfToken(ALICES)).isEqualTo("carol");
    }
}
