package dev.mesosshuffle.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.testing.HostileUser;
import dev.mesosshuffle.testing.LogCapture;
import dev.mesosshuffle.testing.ManualTicker;
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
import org.assertj.core.api.AbstractStringAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where secrets come from, with real files. */
class SecretSourcesTest {
    private static final String LONG = "a secret of 26 characters!";

    @TempDir
    private Path temp;

    private Path dir;
    private final ManualTicker ticker = new ManualTicker();

    @BeforeEach
    void setUp() throws IOException {
        dir = Files.createDirectory(temp.toRealPath().resolve("etc"));
    }

    @Test
    void takesTheEnvironmentBeforeTheLiteralBeforeFilesAsSparkDoes() throws Exception {
        Path encoded = file("encoded", "of an encoded file");
        Path plain = file("plain", "of a plain file\n");
        ApplicationSecret environment = ApplicationSecret.ofText("of the environment");
        ApplicationSecret literal = ApplicationSecret.ofText("of the configuration");

        assertThat(found(settings(environment, literal, encoded, plain, null), "a"))
                .isEqualTo("of the environment");
        assertThat(found(settings(null, literal, encoded, plain, null), "a")).isEqualTo("of the configuration");
        assertThat(found(settings(null, null, encoded, plain, null), "a")).isEqualTo("b2YgYW4gZW5jb2RlZCBmaWxl");
        assertThat(found(settings(null, null, null, plain, null), "a")).isEqualTo("of a plain file");
    }

    @Test
    void takesAnApplicationsOwnSecretBeforeTheCommonOne() throws Exception {
        Path applications = file("applications", "a=of a\n");
        SecretSettings settings = settings(ApplicationSecret.ofText("of all"), null, null, null, applications);

        assertThat(found(settings, "a")).isEqualTo("of a");
        assertThat(found(settings, "b")).isEqualTo("of all");
        assertThat(open(settings).hasCommonSecret()).isTrue();
        assertThat(open(settings).description())
                .isEqualTo("spark.mesos.shuffle.service.secrets.file (1 applications), _SPARK_AUTH_SECRET");
    }

    @Test
    void hasNoSecretForOthersIfThereIsNoCommonOne() throws Exception {
        SecretSources sources = open(settings(null, null, null, null, file("applications", "a=of a\n")));

        assertThat(sources.find("b")).isNull();
        assertThat(sources.hasCommonSecret()).isFalse();
    }

    @Test
    void refusesToStartWithoutASecret() {
        assertError(settings(null, null, null, null, null))
                .isEqualTo("spark.authenticate=true, but there is no secret (expected: one in"
                        + " spark.mesos.shuffle.service.secrets.file, _SPARK_AUTH_SECRET of the environment,"
                        + " spark.authenticate.secret, spark.authenticate.secret.file or"
                        + " spark.mesos.shuffle.service.secret.file)");
    }

    @Test
    void refusesAnEmptySecret() {
        assertError(settings(ApplicationSecret.ofText(""), null, null, null, null))
                .isEqualTo("_SPARK_AUTH_SECRET: empty (expected: a secret)");
        assertError(settings(null, ApplicationSecret.ofText(""), null, null, null))
                .isEqualTo("spark.authenticate.secret: empty (expected: a secret)");
    }

    @Test
    void refusesAFileThatIsMissing() {
        Path missing = dir.resolve("missing");

        assertError(settings(null, null, null, missing, null))
                .isEqualTo("spark.mesos.shuffle.service.secret.file: " + missing + ": No such file or directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw-------", "r--------"})
    void refusesAFileThatOthersMayRead(String mode) throws Exception {
        Path file = file("plain", LONG);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        SecretSettings settings = settings(null, null, null, file, null);
        if (mode.endsWith("------")) {
            assertThat(found(settings, "a")).isEqualTo(LONG);
            return;
        }

        assertError(settings)
                .isEqualTo("spark.mesos.shuffle.service.secret.file: " + file + ": mode " + mode
                        + ", so that others may read it (expected: rw-------; chmod 600)");
    }

    @Test
    void refusesALinkADirectoryAndAFileOfTwoNames() throws Exception {
        Path file = file("plain", LONG);
        Path link = Files.createSymbolicLink(dir.resolve("link"), file);
        assertError(settings(null, null, link, null, null))
                .contains("spark.authenticate.secret.file: " + link, "is a link");
        assertError(settings(null, null, null, null, dir)).contains("secrets.file: " + dir, "is no regular file");
        Files.createLink(dir.resolve("second"), file);
        assertError(settings(null, null, null, file, null)).contains("has 2 names");
    }

    @Test
    void refusesAFileThatOthersCouldReplace() throws Exception {
        HostileUser.assumeRoot();
        Path file = file("plain", LONG);
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertError(settings(null, null, null, file, null)).contains(dir + " belongs to user 0, mode rwxrwxrwx");
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(found(settings(null, null, null, file, null), "a")).isEqualTo(LONG);
        HostileUser.gets(file);
        assertError(settings(null, null, null, file, null)).contains("belongs to user " + HostileUser.UID);
    }

    @Test
    void refusesAFileThatIsTooLong() throws Exception {
        assertThat(found(settings(null, null, null, file("longest", "x".repeat(65_536)), null), "a"))
                .hasSize(65_536);
        assertError(settings(null, null, null, file("plain", "x".repeat(65_537)), null))
                .contains("65537 bytes (expected: up to 65536)");
    }

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
        SecretFile file = new SecretFile(path, 100);
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

    @Test
    void namesNoWeaknessOfALongSecretInAFile() throws Exception {
        assertThat(open(settings(null, null, null, file("plain", LONG), file("applications", "a=" + LONG + '\n')))
                        .weaknesses())
                .isEmpty();
    }

    @Test
    void namesWhatIsWeak() throws Exception {
        Path applications = file("applications", "b=0123456789abcde\na=short\nc=0123456789abcdef\n");
        SecretSettings settings = new SecretSettings(
                null, ApplicationSecret.ofText("\u9375".repeat(15)), true, null, file("plain", "short"), applications);

        String tooShort = "a secret of fewer than 16 characters, which who sees a handshake can find by trying";
        assertThat(open(settings).weaknesses())
                .containsExactly(
                        "spark.authenticate.secret is an argument of this process, which every user of this host can read"
                                + " (expected: spark.mesos.shuffle.service.secret.file)",
                        "spark.mesos.shuffle.service.secret.file is not used, because spark.authenticate.secret is set too"
                                + " (expected: one of them)",
                        "spark.authenticate.secret: " + tooShort,
                        "spark.mesos.shuffle.service.secrets.file: application a and 1 more: " + tooShort);
    }

    private SecretSources open(SecretSettings settings) throws SecretException {
        return SecretSources.open(settings, ticker);
    }

    private String found(SecretSettings settings, String appId) throws SecretException {
        return text(open(settings).find(appId));
    }

    private static String text(@Nullable ApplicationSecret secret) {
        return secret == null ? "(none)" : new String(secret.utf8(), UTF_8);
    }

    private AbstractStringAssert<?> assertError(SecretSettings settings) {
        return assertThatExceptionOfType(SecretException.class)
                .isThrownBy(() -> open(settings))
                .withNoCause()
                .extracting(SecretException::getMessage)
                .asString();
    }

    private Path file(String name, String content) throws IOException {
        Path file = Files.createFile(
                dir.resolve(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
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

    private static SecretSettings settings(
            @Nullable ApplicationSecret environment,
            @Nullable ApplicationSecret literal,
            @Nullable Path encodedFile,
            @Nullable Path plainFile,
            @Nullable Path applicationsFile) {
        return new SecretSettings(environment, literal, false, encodedFile, plainFile, applicationsFile);
    }
}
