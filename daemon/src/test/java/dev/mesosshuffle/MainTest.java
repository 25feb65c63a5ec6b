package dev.mesosshuffle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.process.ExitStatus;
import dev.mesosshuffle.process.ShutdownHook;
import dev.mesosshuffle.testing.HostileUser;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Properties properties = new Properties();

    @Test
    void printsHelp() {
        assertThat(run("--help")).isEqualTo(ExitStatus.OK);
        assertThat(text(out))
                .contains("[--conf KEY=VALUE]... [--properties-file FILE] [--check-config] [--version] [--help]");
        assertThat(text(err)).isEmpty();
    }

    @Test
    void printsItsVersion() {
        assertThat(run("--version")).isEqualTo(ExitStatus.OK);
        assertThat(text(out)).startsWith("mesos-shuffle-service ").hasLineCount(1);
    }

    @Test
    void printsEverySettingWithItsOrigin(@TempDir Path dir) throws Exception {
        Path named = Files.writeString(dir.resolve("named.conf"), "spark.shuffle.io.serverThreads 3");
        Path own = Files.writeString(dir.resolve("own.conf"), "spark.shuffle.io.backLog 4");
        properties.setProperty("mesos-shuffle-service.conf", own.toString());
        properties.setProperty("spark.network.timeout", "10s");

        int status = run(
                "--check-config",
                "--conf",
                "spark.shuffle.service.port=1",
                "--conf=spark.shuffle.service.port=4711",
                "--properties-file",
                named.toString());

        assertThat(status).isEqualTo(ExitStatus.OK);
        assertThat(text(out))
                .containsPattern("spark.shuffle.service.port +4711 +--conf\n")
                .containsPattern("spark.network.timeout +10s +-D\n")
                .containsPattern("spark.shuffle.io.serverThreads +3 +" + named + "\n")
                .containsPattern("spark.shuffle.io.backLog +4 +" + own + "\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--bogus | Unknown option: '--bogus'",
                "start | command: start (expected: apps, keep APP, release APP or remove APP)",
                "keep | keep (expected: keep APP)",
                "--conf | Missing required parameter for option '--conf' (KEY=VALUE)",
                "--conf=spark.shuffle.service.port | --conf: spark.shuffle.service.port"
                        + " (expected: KEY=VALUE, the key beginning with spark.)",
                "--conf=shuffle.port=1 | --conf: shuffle.port=1"
                        + " (expected: KEY=VALUE, the key beginning with spark.)"
            })
    void refusesABadCommandLineInOneLine(String argument, String reason) {
        assertThat(run(argument)).isEqualTo(ExitStatus.USAGE);
        assertThat(text(err)).isEqualTo("mesos-shuffle-service: " + reason + " (see --help)\n");
        assertThat(text(out)).isEmpty();
    }

    @Test
    void refusesABadConfigurationInOneLine() {
        assertThat(run("--check-config", "--conf", "spark.shuffle.service.port=x"))
                .isEqualTo(ExitStatus.CONFIG);
        assertThat(text(err))
                .isEqualTo("mesos-shuffle-service: spark.shuffle.service.port: x from --conf (expected: 0 to 65535)\n");
        assertThat(text(out)).isEmpty();
    }

    @Test
    void keepsAnEqualsSignWithinAValue() {
        assertThat(run("--check-config", "--conf", "spark.local.dir=/tmp/a=b")).isEqualTo(ExitStatus.OK);
        assertThat(text(out)).containsPattern("spark.local.dir +/tmp/a=b +--conf\n");
    }

    @Test
    void tellsWhereTheRegistryWouldLieAndWhyNotElsewhere(@TempDir Path dir) throws Exception {
        Path root = Files.createDirectory(dir.resolve("root"));
        String localDir = "spark.local.dir=" + root;
        assertThat(run("--check-config", "--conf", localDir)).isEqualTo(ExitStatus.OK);
        assertThat(text(out)).doesNotContain("not used for the registry");

        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
        String stateDir = "spark.mesos.shuffle.service.state.dir=" + root.resolve("state");
        assertThat(run("--check-config", "--conf", localDir, "--conf", stateDir))
                .isEqualTo(ExitStatus.CONFIG);
        assertThat(text(out))
                .containsPattern("not used for the registry: " + root + " belongs to user \\d+, mode rwxrwxrwx ");
        assertThat(text(err)).isEqualTo("mesos-shuffle-service: no directory for the registry is safe\n");
        assertThat(run("--conf", localDir, "--conf", stateDir, "--conf", "spark.shuffle.service.port=0"))
                .isEqualTo(ExitStatus.CONFIG);
        assertThat(text(err)).contains("cannot use the registry").contains(root + " belongs to user");
    }

    @Test
    void letsRootCheckTheConfigurationOfAnotherUsersDaemon(@TempDir Path dir) throws Exception {
        HostileUser.assumeRoot();
        Path stateDir = Files.createDirectory(dir.resolve("state"));
        HostileUser.gets(stateDir);
        String setting = "spark.mesos.shuffle.service.state.dir=" + stateDir;
        assertThat(run("--check-config", "--conf", setting)).isEqualTo(ExitStatus.OK);
        assertThat(text(out)).contains("is safe for root, but one is for user " + HostileUser.UID + "\n");

        Files.setPosixFilePermissions(stateDir, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(run("--check-config", "--conf", setting)).isEqualTo(ExitStatus.CONFIG);
    }

    private int run(String... args) {
        PrintStream errStream = stream(err);
        return new Main(stream(out), errStream, Map.of(), properties, new ShutdownHook(errStream)).run(args);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
