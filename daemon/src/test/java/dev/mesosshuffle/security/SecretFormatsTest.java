package dev.mesosshuffle.security;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What files with secrets mean. */
class SecretFormatsTest {
    @Test
    void encodesAllBytesAsSparkDoes() throws Exception {
        assertThat(SecretFormats.encoded("top secret\n".getBytes(UTF_8)).utf8())
                .asString(UTF_8)
                .isEqualTo("dG9wIHNlY3JldAo=");
        assertThat(SecretFormats.encoded(new byte[60]).utf8()).asString(UTF_8).isEqualTo("A".repeat(80));
    }

    @Test
    void refusesAnEmptyFile() {
        assertThatExceptionOfType(SecretException.class)
                .isThrownBy(() -> SecretFormats.encoded(new byte[0]))
                .withMessage("empty (expected: a secret)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"top secret", "top secret\n"})
    void takesOneLineWithOrWithoutItsEnd(String content) throws Exception {
        assertThat(SecretFormats.plain(content.getBytes(UTF_8)).utf8())
                .asString(UTF_8)
                .isEqualTo("top secret");
    }

    @ParameterizedTest
    @CsvSource({
        "'',no secret (expected: one)",
        "'\n',no secret (expected: one)",
        "'secret\n\n',a control character (expected: text of one line)",
        "'secret\r\n',a control character (expected: text of one line)",
        "'\tsecret',a control character (expected: text of one line)",
        "' secret',a blank before or after an id or a secret (expected: none)",
        "'secret \n',a blank before or after an id or a secret (expected: none)",
        "'secr\u00e9t',not UTF-8 (expected: text)"
    })
    void refusesATextThatIsNoSecret(String content, String error) {
        assertThatExceptionOfType(SecretException.class)
                .isThrownBy(() -> SecretFormats.plain(content.getBytes(ISO_8859_1)))
                .withMessage(error);
    }

    @Test
    void readsSecretsOfApplications() throws Exception {
        Map<String, ApplicationSecret> secrets = SecretFormats.applications(
                "# of the night\n\nframework-0001=one=two==\nfür alle=\u9375 und\u00a0mehr\n#\na=b\n".getBytes(UTF_8));

        assertThat(secrets).containsOnlyKeys("framework-0001", "für alle", "a");
        assertThat(text(secrets, "framework-0001")).isEqualTo("one=two==");
        assertThat(text(secrets, "für alle")).isEqualTo("\u9375 und\u00a0mehr");
        assertThat(text(secrets, "a")).isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource({
        "'',no application in it (expected: lines appId=secret)",
        "'# none\n\n',no application in it (expected: lines appId=secret)",
        "'a=b\nb=hid',line 2: no newline at its end (expected: one at the end of each)",
        "'a=b\n# hid',line 2: no newline at its end (expected: one at the end of each)",
        "'a=b\nhidden',line 2: no application id before an equals sign (expected: appId=secret)",
        "'\n\n=hidden',line 3: no application id before an equals sign (expected: appId=secret)",
        "'a=',line 1: no secret (expected: one)",
        "'a=hidden\r\n',line 1: a control character (expected: text of one line)",
        "'a\u0000=hidden',line 1: a control character (expected: text of one line)",
        "'a =hidden',line 1: a blank before or after an id or a secret (expected: none)",
        "'a= hidden',line 1: a blank before or after an id or a secret (expected: none)",
        "'\u00e4=hidden',line 1: not UTF-8 (expected: text)",
        "'a=hidden\u00e4',line 1: not UTF-8 (expected: text)",
        "'a=b\na=hidden',line 2: the same application as in a line before (expected: one secret each)"
    })
    void refusesAFileOfWhichALineIsWrong(String content, String error) {
        assertThatExceptionOfType(SecretException.class)
                .isThrownBy(() -> SecretFormats.applications(content.getBytes(ISO_8859_1)))
                .withMessage(error)
                .withMessageNotContaining("hidden");
    }

    private static String text(Map<String, ApplicationSecret> secrets, String appId) {
        ApplicationSecret secret = secrets.get(appId);
        return secret == null ? "" : new String(secret.utf8(), UTF_8);
    }
}
