package dev.mesosshuffle.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.packaging.Distribution.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two scripts of {@code sbin}, in the place of Spark's of the same names. */
class BackgroundScriptsIT {
    private static final String NAME = "org.apache.spark.deploy.mesos.MesosExternalShuffleService";

    @TempDir
    Path dir;

    private Distribution distribution;
    private Path logs;
    private Path pidFile;

    @BeforeEach
    void prepare() {
        logs = dir.resolve("logs");
        pidFile = dir.resolve("pids/spark-me-" + NAME + "-1.pid");
        distribution = new Distribution(dir)
                .with("SPARK_LOG_DIR", logs.toString())
                .with("SPARK_PID_DIR", dir.resolve("pids").toString())
                .with("SPARK_IDENT_STRING", "me")
                .with("HOSTNAME", "agent-7");
    }

    @AfterEach
    void end() throws Exception {
        if (Files.exists(pidFile)) {
            ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void startsInTheBackgroundOnceAndStops() throws Exception {
        Result started = start();
        assertThat(started.status()).as(started.out() + started.err()).isZero();
        assertThat(started.out()).isEqualTo("starting " + NAME + ", logging to " + log() + "\n");
        assertThat(log().getFileName()).hasToString("spark-me-" + NAME + "-1-agent-7.out");
        assertThat(log()).content().containsPattern("Listening on 127\\.0\\.0\\.1:\\d+\n");
        Optional<ProcessHandle> daemon = ProcessHandle.of(pid());
        assertThat(daemon).isPresent();

        Result again = start();
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.out()).isEqualTo(NAME + " running as process " + pid() + ".  Stop it first.\n");

        Result stopped = distribution.run(Distribution.STOP);
        assertThat(stopped).isEqualTo(new Result(0, "stopping " + NAME + "\n", ""));
        assertThat(daemon.get().isAlive()).isFalse();
        assertThat(pidFile).doesNotExist();
        assertThat(distribution.run(Distribution.STOP)).isEqualTo(new Result(0, "no " + NAME + " to stop\n", ""));
    }

    @Test
    void startsOneDaemonIfCalledTwiceAtTheSameTime() throws Exception {
        Path elsewhere = Files.createDirectory(dir.resolve("elsewhere"));
        Distribution other = new Distribution(elsewhere)
                .with("SPARK_LOG_DIR", logs.toString())
                .with("SPARK_PID_DIR", dir.resolve("pids").toString())
                .with("SPARK_IDENT_STRING", "me");

        Process first = distribution.start(distribution.harmless(Distribution.START));
        Process second = other.start(distribution.harmless(Distribution.START));
        Result one = distribution.result(first);
        Result two = other.result(second);

        assertThat(List.of(one.status(), two.status())).as(one + ", " + two).containsExactlyInAnyOrder(0, 1);
        assertThat(one.out() + two.out()).contains(NAME + " running as process " + pid() + ".  Stop it first.\n");
        assertThat(distribution.run(Distribution.STOP).status()).isZero();
        assertThat(pidFile).doesNotExist();
    }

    @Test
    void takesWhatShowsTheLogForNoDaemon() throws Exception {
        Files.createDirectories(pidFile.getParent());
        Path shown = Files.createFile(dir.resolve("spark-me-" + NAME + "-1-agent-7.out"));
        Process tail = new ProcessBuilder("tail", "-f", shown.toString()).start();
        try {
            Files.writeString(pidFile, tail.pid() + "\n");

            assertThat(distribution.run(Distribution.STOP).out()).isEqualTo("no " + NAME + " to stop\n");
            assertThat(tail.isAlive()).isTrue();
        } finally {
            tail.destroyForcibly();
        }
    }

    @Test
    void takesAStalePidFileForNone() throws Exception {
        Files.createDirectories(pidFile.getParent());
        // A process that lives, but is no shuffle service.
        Files.writeString(pidFile, ProcessHandle.current().pid() + "\n");

        assertThat(distribution.run(Distribution.STOP).out()).isEqualTo("no " + NAME + " to stop\n");
        assertThat(ProcessHandle.current().isAlive()).isTrue();
        assertThat(start().status()).isZero();
        assertThat(pid()).isNotEqualTo(ProcessHandle.current().pid());
        assertThat(distribution.run(Distribution.STOP).status()).isZero();
    }

    @Test
    void stopsOnlyThisService() throws Exception {
        Files.createDirectories(pidFile.getParent());
        // What a shuffle service of Spark looks like.
        Process spark = new ProcessBuilder("bash", "-c", "exec -a 'java -cp x " + NAME + " y' sleep 600").start();
        try {
            Files.writeString(pidFile, spark.pid() + "\n");

            Result stopped = distribution.run(Distribution.STOP);
            assertThat(stopped.status()).isEqualTo(1);
            assertThat(stopped.err()).contains("is Spark's own " + NAME);
            assertThat(spark.isAlive()).isTrue();
            assertThat(start().out()).isEqualTo(NAME + " running as process " + spark.pid() + ".  Stop it first.\n");
        } finally {
            spark.destroyForcibly();
        }
    }

    @Test
    void waitsForNoPipeInPlaceOfThePidFile() throws Exception {
        Files.createDirectories(pidFile.getParent());
        pipe(pidFile);

        Result started = start();
        assertThat(started.status()).isEqualTo(1);
        assertThat(started.err()).isEqualTo(pidFile + " (expected: a regular file of this user's, or none)\n");
        Result stopped = distribution.run(Distribution.STOP);
        assertThat(stopped.status()).as("whether a daemon runs is unknown").isEqualTo(1);
        assertThat(stopped.err()).isEqualTo(started.err());
        assertThat(pidFile).exists();
        Files.delete(pidFile);
    }

    @Test
    void followsNoLinkInPlaceOfThePidFile() throws Exception {
        Files.createDirectories(pidFile.getParent());
        Path victim = Files.writeString(dir.resolve("victim"), "precious\n");
        Files.createSymbolicLink(pidFile, victim);

        assertThat(start().status()).isEqualTo(1);
        assertThat(victim).hasContent("precious\n");
        Files.delete(pidFile);
    }

    @Test
    void movesALinkInPlaceOfTheLogAwayWithoutFollowingIt() throws Exception {
        Files.createDirectories(logs);
        Path victim = Files.writeString(dir.resolve("victim"), "precious\n");
        Path log = logs.resolve("spark-me-" + NAME + "-1-agent-7.out");
        Files.createSymbolicLink(log, victim);

        assertThat(start().status()).isZero();
        assertThat(victim).hasContent("precious\n");
        assertThat(log).content().contains("Listening on ");
        assertThat(distribution.run(Distribution.STOP).status()).isZero();
    }

    @Test
    void waitsForNoPipeInPlaceOfTheLog() throws Exception {
        Files.createDirectories(logs);
        Path log = logs.resolve("spark-me-" + NAME + "-1-agent-7.out");
        pipe(log);

        Result started = start();
        assertThat(started.status()).isEqualTo(1);
        assertThat(started.err()).isEqualTo(log + " (expected: a regular file of this user's, or none)\n");
        assertThat(pidFile).doesNotExist();
    }

    @Test
    void usesNoFolderInWhichEverybodyCanReplaceThePidFile() throws Exception {
        Path pids = Files.createDirectories(pidFile.getParent());
        Files.setPosixFilePermissions(pids, PosixFilePermissions.fromString("rwxrwxrwx"));

        Result started = start();
        assertThat(started.status()).isEqualTo(1);
        assertThat(started.err())
                .isEqualTo(pids + " (expected: a folder that not everybody may write to, or a sticky one)\n");
        assertThat(pidFile).doesNotExist();
    }

    @Test
    void tellsWhyTheDaemonDidNotStart() throws Exception {
        Result result = distribution.run(Distribution.START, "--conf", "spark.shuffle.service.port=x");

        assertThat(result.status()).isEqualTo(78);
        assertThat(result.out())
                .contains("failed to launch: ")
                .contains("  mesos-shuffle-service: spark.shuffle.service.port: x from --conf (expected: 0 to 65535)\n")
                .contains("full log in " + log());
        assertThat(pidFile).doesNotExist();
    }

    @Test
    void keepsAsManyOldLogsAsAskedFor() throws Exception {
        distribution.with("SPARK_LOG_MAX_FILES", "2");
        for (int i = 0; i < 4; i++) {
            distribution.run(Distribution.START, "--conf", "spark.shuffle.service.port=x" + i);
        }

        assertThat(log()).content().contains("port: x3 ");
        assertThat(Path.of(log() + ".1")).content().contains("port: x2 ");
        assertThat(Path.of(log() + ".2")).content().contains("port: x1 ");
        assertThat(Path.of(log() + ".3")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "00", "-1", "many"})
    void refusesANumberOfOldLogsThatIsNone(String number) throws Exception {
        Result result = distribution.with("SPARK_LOG_MAX_FILES", number).run(Distribution.START);

        assertThat(result.status()).isEqualTo(78);
        assertThat(result.err())
                .isEqualTo("Error: SPARK_LOG_MAX_FILES must be a positive number, but got " + number + "\n");
    }

    @Test
    void readsSparksEnvironmentFileAndDefaults() throws Exception {
        Path conf = Files.createDirectories(dir.resolve("conf"));
        Files.writeString(conf.resolve("spark-env.sh"), "SPARK_LOCAL_DIRS=/d1,/d2\nSPARK_IDENT_STRING=you\n");
        Files.writeString(conf.resolve("spark-defaults.conf"), "spark.shuffle.service.port 4711\n");

        Result result = distribution
                .with("SPARK_CONF_DIR", conf.toString())
                .with("SPARK_NO_DAEMONIZE", "")
                .run(Distribution.START, "--check-config");

        assertThat(result.out())
                .containsPattern("spark.local.dir +/d1,/d2 +SPARK_LOCAL_DIRS\n")
                .containsPattern("spark.shuffle.service.port +4711 +" + conf + "/spark-defaults.conf\n");
        assertThat(dir.resolve("pids/spark-you-" + NAME + "-1.pid")).exists();
    }

    @Test
    void stopsADaemonThatRunsInTheForeground() throws Exception {
        Process foreground =
                distribution.with("SPARK_NO_DAEMONIZE", "1").start(distribution.harmless(Distribution.START));
        try {
            Await.untilContains(dir.resolve("out"), "Listening on ");
            assertThat(pid()).isEqualTo(foreground.pid());

            Process stop = new ProcessBuilder("/bin/kill", Long.toString(foreground.pid())).start();
            assertThat(stop.waitFor()).isZero();
            assertThat(distribution.result(foreground).status()).isZero();
        } finally {
            foreground.destroyForcibly();
        }
    }

    @Test
    void passesTheNicenessOn() throws Exception {
        Path java = Distribution.javaThatPrints(dir.resolve("java"), "17");
        Files.writeString(java.resolve("bin/java"), "#!/bin/sh\nnice\n");

        assertThat(distribution
                        .with("SPARK_NICENESS", "7")
                        .with("SPARK_NO_DAEMONIZE", "1")
                        .with("JAVA_HOME", java.toString())
                        .run(Distribution.START)
                        .out())
                .isEqualTo("7\n");
    }

    /** The command of the page that users follow, with the scripts linked to where Spark has its own. */
    @Test
    void logsWhereTheUsersOfSparkLook() throws Exception {
        Path sbin = Files.createDirectories(dir.resolve("opt/spark/sbin"));
        Path startLink =
                Files.createSymbolicLink(sbin.resolve("start-mesos-shuffle-service.sh"), Path.of(Distribution.START));
        Path stopLink =
                Files.createSymbolicLink(sbin.resolve("stop-mesos-shuffle-service.sh"), Path.of(Distribution.STOP));
        pidFile = pidFile.resolveSibling("spark--" + NAME + "-1.pid");
        distribution.without("SPARK_LOG_DIR").without("SPARK_IDENT_STRING");

        Result result = distribution.run(
                "sh",
                "-c",
                "'" + String.join("' '", distribution.harmless(startLink.toString())) + "'"
                        + " --conf spark.shuffle.service.enabled=true --conf spark.network.timeout=10s"
                        + " --conf spark.shuffle.io.connectionTimeout=10s && cd '" + dir + "/opt/spark/logs/'"
                        + " && find . -name 'spark--" + NAME + "-*.out' -exec tail {} \\;");

        assertThat(result.status()).as(result.out() + result.err()).isZero();
        assertThat(result.out()).contains("Listening on 127.0.0.1:");
        assertThat(distribution.run(stopLink.toString()).status()).isZero();
    }

    private static void pipe(Path path) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
    }

    private Result start() throws IOException, InterruptedException {
        return distribution.run(distribution.harmless(Distribution.START));
    }

    private Path log() throws IOException {
        try (Stream<Path> files = Files.list(logs)) {
            return files.filter(file -> file.toString().endsWith(".out"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no log in " + logs));
        }
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readString(pidFile).strip());
    }
}
