package dev.mesosshuffle.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.testing.LogCapture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When secrets are read again, and what is used while a file is being written. */
class SecretRereadTest extends SecretSourcesFixture {
    @Test
    void readsAChangedFileAgainAfterASecond() throws Exception {
        Path file = file("applications", "a=before\n");
        SecretSources sources = open(settings(null, null, null, null, file));
        replace(file, "a=after\nb=new\n");

        assertThat(text(sources.find("a"))).isEqualTo("before");
        ticker.pass(Duration.ofMillis(999));
        assertThat(text(sources.find("a"))).isEqualTo("before");
        ticker.pass(Duration.ofMillis(1));
        try (LogCapture log = LogCapture.of(WatchedSecretFile.class)) {
            assertThat(text(sources.find("a"))).isEqualTo("after");
            assertThat(text(sources.find("b"))).isEqualTo("new");
            ticker.pass(Duration.ofSeconds(1));
            sources.find("a");
            assertThat(log.lines())
                    .containsExactly("INFO spark.mesos.shuffle.service.secrets.file: " + file
                            + " has changed and is in use now");
        }
    }

    /** In the meantime an application that is missing would have had the secret of all, with which anybody could claim to be it. */
    @Test
    void usesNoPartOfAFileThatIsBeingWritten() throws Exception {
        Path file = file("applications", "a=of a\nb=of b\n");
        SecretSources sources = open(settings(ApplicationSecret.ofText("of all"), null, null, null, file));
        for (String part : new String[] {"", "# of the night\n", "a=of", "a=of a\n", "a=of a\nb=of"}) {
            rewrite(file, part);
            ticker.pass(Duration.ofSeconds(1));
            assertThat(text(sources.find("b"))).as(part).isEqualTo("of b");
        }
        rewrite(file, "a=of a\nb=new\n");
        ticker.pass(Duration.ofSeconds(1));
        assertThat(text(sources.find("b"))).isEqualTo("of b");
        // Nothing has been written for a second.
        ticker.pass(Duration.ofSeconds(1));
        assertThat(text(sources.find("b"))).isEqualTo("new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# none\n", "a=of a\nb=of"})
    void usesNoFileThatIsCutOffHoweverOldItIs(String part) throws Exception {
        Path file = file("applications", "a=of a\nb=of b\n");
        SecretSources sources = open(settings(ApplicationSecret.ofText("of all"), null, null, null, file));
        replace(file, part);
        ticker.pass(Duration.ofSeconds(1));
        assertThat(text(sources.find("b"))).isEqualTo("of b");
        assertError(settings(null, null, null, null, file)).startsWith("spark.mesos.shuffle.service.secrets.file: ");
    }

    @Test
    void usesNoCommonSecretThatIsBeingWritten() throws Exception {
        Path file = file("plain", "before\n");
        SecretSources sources = open(settings(null, null, null, file, null));
        for (String part : new String[] {"", "aft"}) {
            rewrite(file, part);
            ticker.pass(Duration.ofSeconds(1));
            assertThat(text(sources.find("a"))).isEqualTo("before");
        }
    }

    @Test
    void usesNothingOfAFileThatChangesWhileItIsRead() throws Exception {
        Path path = file("changing", "first");
        SecretFile file = new SecretFile(path, 100, SecretFile.Reader.THIS_PROCESS);
        AtomicBoolean changes = new AtomicBoolean(true);
        WatchedSecretFile.Format<String> format = content -> {
            if (changes.get()) {
                replaceUnchecked(path, "next");
            }
            return new String(content, UTF_8);
        };
        assertThatExceptionOfType(SecretException.class)
                .isThrownBy(() -> WatchedSecretFile.open("key", file, format, ticker))
                .withMessage("key: " + path + ": changed while it was read");
        changes.set(false);
        WatchedSecretFile<String> watched = WatchedSecretFile.open("key", file, format, ticker);
        replace(path, "last");
        changes.set(true);
        ticker.pass(Duration.ofSeconds(1));
        assertThat(watched.current()).isEqualTo("next");
        changes.set(false);
        replace(path, "last");
        ticker.pass(Duration.ofSeconds(1));
        assertThat(watched.current()).isEqualTo("last");
    }

    private void replaceUnchecked(Path file, String content) {
        try {
            replace(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void readsAChangedCommonSecretAgainToo() throws Exception {
        Path file = file("plain", "before\n");
        SecretSources sources = open(settings(null, null, null, file, null));
        replace(file, "after\n");
        ticker.pass(Duration.ofSeconds(1));

        assertThat(text(sources.find("a"))).isEqualTo("after");
    }

    @Test
    void keepsWhatItHasWhileTheFileIsWrongAndWarnsOnce() throws Exception {
        Path file = file("applications", "a=before\n");
        SecretSources sources = open(settings(null, null, null, null, file));
        try (LogCapture log = LogCapture.of(WatchedSecretFile.class)) {
            replace(file, "hidden\n");
            for (int i = 0; i < 3; i++) {
                ticker.pass(Duration.ofSeconds(1));
                assertThat(text(sources.find("a"))).isEqualTo("before");
            }
            assertThat(log.lines())
                    .containsExactly("WARN spark.mesos.shuffle.service.secrets.file: " + file
                            + ": line 1: no application id before an equals sign (expected: appId=secret); what it said"
                            + " before stays in use. Correct the file; it is read again. (logged once)");

            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            ticker.pass(Duration.ofSeconds(1));
            assertThat(text(sources.find("a"))).isEqualTo("before");
            assertThat(log.lines()).hasSize(2).last().asString().contains("mode rw-r--r--");

            replace(file, "a=after\n");
            ticker.pass(Duration.ofSeconds(1));
            assertThat(text(sources.find("a"))).isEqualTo("after");
        }
    }

    @Test
    void keepsWhatItHasIfTheFileDisappears() throws Exception {
        Path file = file("applications", "a=before\n");
        SecretSources sources = open(settings(null, null, null, null, file));
        Files.delete(file);
        ticker.pass(Duration.ofSeconds(1));
        try (LogCapture log = LogCapture.of(WatchedSecretFile.class)) {
            assertThat(text(sources.find("a"))).isEqualTo("before");
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .contains("No such file or directory; what it said before");
        }
    }

    /** As an editor does, a minute ago. */
    private void replace(Path file, String content) throws IOException {
        Path written = age(file("new", content));
        Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path age(Path file) throws IOException {
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
    }

    /** As a file that is being written: its time is never that of a second ago. */
    private static void rewrite(Path file, String content) throws IOException {
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(60)));
    }
}
