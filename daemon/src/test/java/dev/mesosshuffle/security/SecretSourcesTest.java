package dev.mesosshuffle.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.testing.AccessListWriter;
import dev.mesosshuffle.testing.HostileUser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where secrets come from, with real files. */
class SecretSourcesTest extends SecretSourcesFixture {
    private static final String LONG = "a secret of 26 characters!";

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

    /** As systemd gives a credential to a service of another user than root. */
    @Test
    void acceptsAFileThatAnAccessListLetsThisUserAloneRead() throws Exception {
        Path file = file("plain", LONG);
        SecretSettings settings = settings(null, null, null, file, null);
        int user = ProcessCredentials.current().uid();

        AccessListWriter.ofOwner().user(user).owningGroup(false).writeTo(file);
        assertThat(found(settings, "a")).isEqualTo(LONG);

        AccessListWriter.ofOwner()
                .user(user)
                .user(HostileUser.UID)
                .owningGroup(false)
                .writeTo(file);
        assertError(settings).contains("mode r--r-----, so that others may read it");
        AccessListWriter.ofOwner().user(user).owningGroup(true).writeTo(file);
        assertError(settings).contains("mode r--r-----, so that others may read it");
    }

    @Test
    void letsRootCheckFilesOfAnotherUsersDaemon() throws Exception {
        HostileUser.assumeRoot();
        Path own = HostileUser.gets(file("plain", "too short"));
        Path credential = file("credential", LONG);
        AccessListWriter.ofOwner().user(HostileUser.UID).owningGroup(false).writeTo(credential);

        assertThat(SecretSources.check(settings(null, null, credential, own, null)))
                .anyMatch(weakness -> weakness.startsWith("spark.mesos.shuffle.service.secret.file is not used"));
        assertError(settings(null, null, credential, null, null)).contains("so that others may read it");
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatExceptionOfType(SecretException.class)
                .isThrownBy(() -> SecretSources.check(settings(null, null, null, own, null)))
                .withMessageContaining("mode rw-r--r--, so that others may read it");
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

    private String found(SecretSettings settings, String appId) throws SecretException {
        return text(open(settings).find(appId));
    }
}
