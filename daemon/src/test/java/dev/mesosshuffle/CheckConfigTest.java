package dev.mesosshuffle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.process.ExitStatus;
import dev.mesosshuffle.process.ShutdownHook;
import dev.mesosshuffle.testing.HostileUser;
import dev.mesosshuffle.testing.TestCertificate;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code --check-config} says about files with secrets and certificates, and that a start says the same. */
class CheckConfigTest {
    private static final String SECRET = "a secret of 26 characters!";

    @TempDir
    private Path temp;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path dir;

    @BeforeEach
    void setUp() throws Exception {
        dir = temp.toRealPath();
    }

    @Test
    void acceptsASecretAndShowsNothingOfIt() throws Exception {
        Path file = secretFile(SECRET);

        assertThat(check(secret(file))).isEqualTo(ExitStatus.OK);
        assertThat(text(err)).isEmpty();
        assertThat(text(out)).contains(file.toString()).doesNotContain("26 characters");
    }

    @Test
    void namesAWeakSecretAndShowsNothingOfIt() throws Exception {
        assertThat(check(secret(secretFile("pass-word")))).isEqualTo(ExitStatus.OK);
        assertThat(text(out))
                .contains("weak secret: spark.mesos.shuffle.service.secret.file: a secret of fewer than 16 characters")
                .doesNotContain("pass-word");
    }

    @Test
    void endsAsAStartDoesIfOthersMayReadASecret() throws Exception {
        Path file = secretFile(SECRET);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertEndsAsAStartDoes(
                "spark.mesos.shuffle.service.secret.file: " + file
                        + ": mode rw-r--r--, so that others may read it (expected: rw-------; chmod 600)",
                secret(file));
    }

    @Test
    void endsAsAStartDoesIfAKeyStoreIsMissing() {
        Path store = dir.resolve("store.p12");

        assertEndsAsAStartDoes(
                store + ": No such file", "spark.ssl.rpc.enabled=true", "spark.ssl.rpc.keyStore=" + store);
    }

    @Test
    void endsAsAStartDoesIfAPasswordIsWrong() throws Exception {
        Path store = TestCertificate.keyStore(dir.resolve("store.p12"), "service");

        assertEndsAsAStartDoes(
                store + ": wrong password (check spark.ssl.rpc.keyStorePassword)",
                "spark.ssl.rpc.enabled=true",
                "spark.ssl.rpc.keyStore=" + store,
                "spark.ssl.rpc.keyStoreType=PKCS12",
                "spark.ssl.rpc.keyStorePassword=another");
    }

    @Test
    void acceptsAKeyStore() throws Exception {
        Path store = TestCertificate.keyStore(dir.resolve("store.p12"), "service");

        assertThat(check(
                        "spark.ssl.rpc.enabled=true",
                        "spark.ssl.rpc.keyStore=" + store,
                        "spark.ssl.rpc.keyStoreType=PKCS12",
                        "spark.ssl.rpc.keyStorePassword=" + TestCertificate.PASSWORD))
                .isEqualTo(ExitStatus.OK);
        assertThat(text(out)).doesNotContain(TestCertificate.PASSWORD);
    }

    @Test
    void endsAsAStartDoesIfTheCredentialsOfTheAdminServerAreWrong() throws Exception {
        Path file = secretFile("nobody\n");

        assertEndsAsAStartDoes(
                "spark.mesos.shuffle.service.admin.credentials.file: line 1",
                "spark.mesos.shuffle.service.admin.port=1",
                "spark.mesos.shuffle.service.admin.credentials.file=" + file);
    }

    @Test
    void readsNoFileOfAnAdminServerThatIsOff() {
        assertThat(check(
                        "spark.mesos.shuffle.service.admin.port=0",
                        "spark.mesos.shuffle.service.admin.credentials.file=" + dir.resolve("missing")))
                .isEqualTo(ExitStatus.OK);
    }

    @Test
    void letsRootCheckTheSecretOfAnotherUsersDaemon() throws Exception {
        HostileUser.assumeRoot();
        Path file = HostileUser.gets(secretFile(SECRET));

        assertThat(check(secret(file))).isEqualTo(ExitStatus.OK);
        assertThat(run(secret(file))).isEqualTo(ExitStatus.FAILURE);
        assertThat(text(err)).contains(file + " belongs to user " + HostileUser.UID);
    }

    private static String[] secret(Path file) {
        return new String[] {"spark.authenticate=true", "spark.mesos.shuffle.service.secret.file=" + file};
    }

    private Path secretFile(String content) throws Exception {
        Path file = Files.createFile(
                dir.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }

    private void assertEndsAsAStartDoes(String reason, String... settings) {
        assertThat(check(settings)).isEqualTo(ExitStatus.FAILURE);
        String checked = text(err);
        assertThat(checked).startsWith("mesos-shuffle-service: " + reason).hasLineCount(1);
        err.reset();
        assertThat(run(settings)).isEqualTo(ExitStatus.FAILURE);
        assertThat(text(err)).isEqualTo(checked);
    }

    private int check(String... settings) {
        return run(List.of("--check-config"), settings);
    }

    private int run(String... settings) {
        return run(List.of(), settings);
    }

    private int run(List<String> options, String... settings) {
        List<String> arguments = new ArrayList<>(options);
        for (String setting : List.of(
                "spark.shuffle.service.port=0",
                "spark.local.dir=" + dir,
                "spark.mesos.shuffle.service.state.dir=" + dir.resolve("state"))) {
            arguments.addAll(List.of("--conf", setting));
        }
        for (String setting : settings) {
            arguments.addAll(List.of("--conf", setting));
        }
        PrintStream errStream = stream(err);
        return new Main(stream(out), errStream, Map.of(), new Properties(), new ShutdownHook(errStream))
                .run(arguments.toArray(String[]::new));
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
