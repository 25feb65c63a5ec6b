package dev.mesosshuffle.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.process.RunsAlone;
import dev.mesosshuffle.packaging.Distribution.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sbin/make-class-archive.sh}, and starts with what it made, or with something else. */
@RunsAlone
class ClassArchiveIT {
    private static final String OUR_CLASS = "dev.mesosshuffle.Main source: ";
    private static final String FROM_ARCHIVE = OUR_CLASS + "shared objects file (top)";
    private static final Pattern LISTENING = Pattern.compile("Listening on .*:(\\d+)");
    private static final Result VERSION = new Result(0, "mesos-shuffle-service " + Distribution.VERSION + "\n", "");

    @TempDir
    Path dir;

    private Distribution distribution;
    private Path home;
    private Path archive;

    @BeforeEach
    void unpack() throws Exception {
        distribution = new Distribution(dir);
        Path tar = Distribution.TARGET.resolve("mesos-shuffle-service-" + Distribution.VERSION + ".tar.gz");
        assertThat(distribution
                        .run("tar", "-xzf", tar.toString(), "-C", dir.toString())
                        .status())
                .isZero();
        home = dir.resolve("mesos-shuffle-service-" + Distribution.VERSION);
        archive = home.resolve("lib/classes.jsa");
    }

    @Test
    void startsWithTheClassesOfTheArchive() throws Exception {
        assumeFalse(home.toString().contains(" "), "Java 17 takes no class of a jar whose path has a blank");
        assertThat(loadedClasses()).contains(OUR_CLASS).doesNotContain(FROM_ARCHIVE);
        makeArchive();
        assertThat(loadedClasses()).contains(FROM_ARCHIVE);
        assertThat(version()).isEqualTo(VERSION);
        distribution.with("MESOS_SHUFFLE_SERVICE_CLASS_ARCHIVE", "");
        assertThat(loadedClasses()).contains(OUR_CLASS).doesNotContain(FROM_ARCHIVE);
    }

    @Test
    void servesTheFirstBlockWithTheClassesOfTheArchive() throws Exception {
        assumeFalse(home.toString().contains(" "), "Java 17 takes no class of a jar whose path has a blank");
        makeArchive();
        Path log = dir.resolve("classes");
        distribution.with("SPARK_DAEMON_JAVA_OPTS", "\"-Xlog:class+load:file=" + log + "\"");
        String[] start =
                distribution.harmless(home.resolve("bin/mesos-shuffle-service").toString());
        Process daemon = distribution.start(start);
        try {
            Await.untilContains(dir.resolve("out"), LISTENING.pattern());
            Matcher listening = LISTENING.matcher(distribution.out());
            assertThat(listening.find()).isTrue();
            train(listening.group(1));
        } finally {
            daemon.destroy();
        }
        assertThat(distribution.result(daemon).status()).isZero();
        assertThat(log)
                .content()
                .contains("dev.mesosshuffle.fetch.BlockReader source: shared objects file (top)")
                .contains("dev.mesosshuffle.transport.WindowFileRegion source: shared objects file (top)");
    }

    /** A driver and an executor register, and blocks are fetched. */
    private void train(String port) throws Exception {
        Process client = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        home.resolve("lib") + "/*",
                        "dev.mesosshuffle.training.TrainingClient",
                        port,
                        dir.resolve("local").toString())
                .inheritIO()
                .start();
        assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue()).isZero();
    }

    @Test
    void leavesNothingButTheArchive() throws Exception {
        Path temp = Files.createDirectory(dir.resolve("temp"));
        distribution.with("TMPDIR", temp.toString());
        List<Path> before = files();
        makeArchive();
        assertThat(files()).containsAll(before).hasSize(before.size() + 1).contains(archive);
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void writesTheArchiveWhereItIsToldTo() throws Exception {
        assumeFalse(home.toString().contains(" "), "Java 17 takes no class of a jar whose path has a blank");
        archive = Files.createDirectory(dir.resolve("state")).resolve("mine.jsa");
        distribution.with("MESOS_SHUFFLE_SERVICE_CLASS_ARCHIVE", archive.toString());
        List<Path> before = files();
        makeArchive();
        assertThat(files()).isEqualTo(before);
        assertThat(archive.getParent()).isDirectoryContaining(archive::equals);
        assertThat(loadedClasses()).contains(FROM_ARCHIVE);
    }

    @Test
    void startsWithoutAWordWhenAJarIsNotTheOneThatWasArchived() throws Exception {
        makeArchive();
        Path jar = home.resolve("lib/mesos-shuffle-service-" + Distribution.VERSION + ".jar");
        Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
        assertThat(version()).isEqualTo(VERSION);
        assertThat(loadedClasses()).doesNotContain(FROM_ARCHIVE);
    }

    @Test
    void startsWithoutAWordWhenTheArchiveIsNone() throws Exception {
        Files.writeString(archive, "nonsense");
        assertThat(version()).isEqualTo(VERSION);
    }

    @Test
    void saysWhyNoArchiveCanBeMadeAndLeavesTheOldOne() throws Exception {
        Files.writeString(archive, "old");
        distribution.with("SPARK_DAEMON_MEMORY", "nonsense");
        Result result =
                distribution.run(home.resolve("sbin/make-class-archive.sh").toString());
        assertThat(result.status()).isOne();
        assertThat(result.err())
                .startsWith("make-class-archive: the daemon did not start: ")
                .contains("SPARK_DAEMON_MEMORY: nonsense")
                .hasLineCount(1);
        assertThat(archive).hasContent("old");
    }

    private void makeArchive() throws Exception {
        Result made =
                distribution.run(home.resolve("sbin/make-class-archive.sh").toString());
        assertThat(made).isEqualTo(new Result(0, "Made " + archive + "\n", ""));
    }

    private Result version() throws Exception {
        return distribution.run(home.resolve("bin/mesos-shuffle-service").toString(), "--version");
    }

    private String loadedClasses() throws Exception {
        Path log = dir.resolve("classes");
        distribution.with("SPARK_DAEMON_JAVA_OPTS", "\"-Xlog:class+load:file=" + log + "\"");
        assertThat(version()).isEqualTo(VERSION);
        distribution.without("SPARK_DAEMON_JAVA_OPTS");
        return Files.readString(log);
    }

    private List<Path> files() throws Exception {
        try (var files = Files.list(home.resolve("lib"))) {
            return files.toList();
        }
    }
}
