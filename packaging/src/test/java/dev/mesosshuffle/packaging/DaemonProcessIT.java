package dev.mesosshuffle.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.packaging.Distribution.Result;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The daemon as a process: its first line, its last status, and what it leaves. */
class DaemonProcessIT {
    @TempDir
    Path dir;

    private Distribution distribution;
    private @Nullable Process daemon;

    @BeforeEach
    void prepare() {
        distribution = new Distribution(dir);
    }

    @AfterEach
    void end() {
        if (daemon != null) {
            daemon.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void saysThatItListensAndEndsWith0OnASignal(String signal) throws Exception {
        // Where the tests themselves run in a shell's background, SIGINT is ignored, and children inherit that.
        List<String> command = new ArrayList<>(List.of("/usr/bin/env", "--default-signal=INT"));
        command.addAll(List.of(distribution.harmless(Distribution.BIN)));
        daemon = distribution.start(command.toArray(String[]::new));
        Await.untilContains(dir.resolve("out"), "INFO .*: Listening on 127\\.0\\.0\\.1:\\d+\n");

        signal(daemon, signal);

        Result result = distribution.result(daemon);
        assertThat(result.status()).as(result.out() + result.err()).isZero();
        assertThat(result.err()).isEmpty();
    }

    @Test
    void readsItsConfigurationAgainOnAHangup() throws Exception {
        Path conf = Files.createDirectories(dir.resolve("conf"));
        Path settings = conf.resolve("mesos-shuffle-service.conf");
        Files.writeString(settings, "spark.mesos.shuffle.service.deletionRate 10\n");
        distribution.with("MESOS_SHUFFLE_SERVICE_CONF_DIR", conf.toString());
        // Where the tests themselves run under nohup, SIGHUP is ignored, and children inherit that.
        List<String> command = new ArrayList<>(List.of("/usr/bin/env", "--default-signal=HUP"));
        command.addAll(List.of(distribution.harmless(Distribution.BIN)));
        daemon = distribution.start(command.toArray(String[]::new));
        Await.untilContains(dir.resolve("out"), "Listening on ");

        Files.writeString(settings, "spark.mesos.shuffle.service.deletionRate 20\n");
        signal(daemon, "HUP");

        Await.untilContains(
                dir.resolve("out"), "Reloaded: spark.mesos.shuffle.service.deletionRate is 20 \\(was 10\\)\n");
        signal(daemon, "TERM");
        assertThat(distribution.result(daemon).status()).isZero();
    }

    @Test
    void startsAndStopsWithTheLeastMemory() throws Exception {
        distribution.with("SPARK_DAEMON_MEMORY", "256m");
        daemon = distribution.start(distribution.harmless(Distribution.BIN));
        Await.untilContains(dir.resolve("out"), "Listening on ");

        signal(daemon, "TERM");

        assertThat(distribution.result(daemon).status()).isZero();
    }

    @Test
    void unpacksNothingIntoTheTemporaryFolder() throws Exception {
        Path tmp = Files.createDirectories(dir.resolve("tmp"));
        distribution.with("SPARK_DAEMON_JAVA_OPTS", "\"-Djava.io.tmpdir=" + tmp + "\"");
        daemon = distribution.start(distribution.harmless(Distribution.BIN));
        Await.untilContains(dir.resolve("out"), "Listening on ");

        try (Stream<Path> files = Files.list(tmp)) {
            assertThat(files).isEmpty();
        }
        signal(daemon, "TERM");
        assertThat(distribution.result(daemon).status()).isZero();
    }

    @Test
    void endsWith1AndTheReasonOnOneLineIfThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            String[] command = distribution.harmless(Distribution.BIN, "--conf", "spark.shuffle.io.mode=NIO");
            command[command.length - 1] = "spark.shuffle.service.port=" + port;

            Result result = distribution.run(command);

            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err()).startsWith("mesos-shuffle-service: ").hasLineCount(1);
        }
    }

    @Test
    void isHealthyWhileAllOfItAnswers() throws Exception {
        daemon = distribution.start(distribution.harmless(Distribution.BIN));
        Await.untilContains(dir.resolve("out"), "Listening on ");
        String port = Files.readString(dir.resolve("out")).replaceAll("(?s).*Listening on 127.0.0.1:(\\d+).*", "$1");
        Distribution check = new Distribution(Files.createDirectory(dir.resolve("check")));
        assertThat(check.run(Distribution.CHECK, port)).isEqualTo(new Result(0, "", ""));

        String unhealthy = "until ! '" + Distribution.CHECK + "' " + port + " $0; do sleep 0.1; done";
        // No sign is that young, so that this ends when there is one.
        check.run("/bin/sh", "-c", unhealthy, "-1");
        // The kernel goes on to take connections for it.
        signal(daemon, "STOP");
        assertThat(check.run("/bin/sh", "-c", unhealthy, "1").err())
                .matches("port " + port + ": unresponsive for \\d+ s"
                        + " \\(expected: mesos-shuffle-service, healthy at most 1 s ago\\)\n");
        assertThat(check.run(Distribution.CHECK, port, "3600").status()).isZero();

        signal(daemon, "KILL");
        assertThat(daemon.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(check.run(Distribution.CHECK, port))
                .isEqualTo(
                        new Result(1, "", "nothing listens on port " + port + " (expected: mesos-shuffle-service)\n"));
    }

    @Test
    void isHealthyWhateverOtherProcessesCallThemselves() throws Exception {
        daemon = distribution.start(distribution.harmless(Distribution.BIN));
        Await.untilContains(dir.resolve("out"), "Listening on ");
        String port = Files.readString(dir.resolve("out")).replaceAll("(?s).*Listening on 127.0.0.1:(\\d+).*", "$1");
        Process stranger = new ProcessBuilder(
                        "bash", "-c", "printf '%s 1' \"$0\" > /proc/$$/comm && echo named && read -r", port)
                .start();
        try (BufferedReader output = stranger.inputReader()) {
            assertThat(output.readLine()).isEqualTo("named");

            Distribution check = new Distribution(Files.createDirectory(dir.resolve("check")));
            assertThat(check.run(Distribution.CHECK, port)).isEqualTo(new Result(0, "", ""));
        } finally {
            stranger.destroyForcibly();
        }
    }

    private static void signal(Process process, String signal) throws Exception {
        Process kill = new ProcessBuilder("/bin/kill", "-" + signal, Long.toString(process.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(kill.exitValue()).isZero();
    }
}
