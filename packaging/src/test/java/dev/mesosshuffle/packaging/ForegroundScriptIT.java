package dev.mesosshuffle.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.mesosshuffle.packaging.Distribution.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/mesos-shuffle-service}: which Java it runs, with which options. */
class ForegroundScriptIT {
    private static final String VERSION_LINE = "mesos-shuffle-service " + Distribution.VERSION + "\n";

    @TempDir
    Path dir;

    private Distribution distribution;

    @BeforeEach
    void prepare() {
        distribution = new Distribution(dir);
    }

    @Test
    void runsFromAnyFolderThroughSymlinks() throws Exception {
        Files.createDirectories(dir.resolve("a/b"));
        Files.createSymbolicLink(dir.resolve("a/b/second"), Path.of(Distribution.BIN));
        Files.createSymbolicLink(dir.resolve("first"), Path.of("a/b/second"));

        assertThat(distribution.run("./first", "--version").out()).isEqualTo(VERSION_LINE);
        assertThat(distribution.with("PATH", dir + ":/usr/bin:/bin").run("/bin/sh", "-c", "first --version"))
                .isEqualTo(new Result(0, VERSION_LINE, ""));
    }

    @Test
    void runsFromTheArchiveInAFolderWithABlank() throws Exception {
        Path blank = Files.createDirectories(dir.resolve("a b"));
        Path archive = Distribution.TARGET.resolve("mesos-shuffle-service-" + Distribution.VERSION + ".tar.gz");
        assertThat(distribution
                        .run("tar", "-xzf", archive.toString(), "-C", blank.toString())
                        .status())
                .isZero();

        Path bin = blank.resolve("mesos-shuffle-service-" + Distribution.VERSION + "/bin/mesos-shuffle-service");

        assertThat(distribution.run(bin.toString(), "--check-config").out()).contains("spark.shuffle.service.port");
    }

    @Test
    void saysThatTooFewFilesMayBeOpen() throws Exception {
        Result few = distribution.run("/bin/sh", "-c", "ulimit -n 39; exec \"$0\" --version", Distribution.BIN);
        assertThat(few.status()).isEqualTo(1);
        assertThat(few.err()).contains("39 files", "LimitNOFILE", "ulimit -n").hasLineCount(1);
        assertThat(distribution
                        .run("/bin/sh", "-c", "ulimit -n 40; exec \"$0\" --version", Distribution.BIN)
                        .status())
                .isZero();
    }

    @Test
    void takesJavaFromThePathWithoutJavaHome() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin/java");
        Files.createSymbolicLink(dir.resolve("java"), java);

        assertThat(distribution
                        .without("JAVA_HOME")
                        .with("PATH", dir + ":/usr/bin:/bin")
                        .run(Distribution.BIN, "--version"))
                .isEqualTo(new Result(0, VERSION_LINE, ""));
    }

    @Test
    void tellsThatThereIsNoJava() throws Exception {
        for (String tool : List.of("sh", "dirname", "readlink", "sed", "uname")) {
            Files.createSymbolicLink(dir.resolve(tool), Path.of("/usr/bin", tool));
        }

        assertThat(distribution
                        .without("JAVA_HOME")
                        .with("PATH", dir.toString())
                        .run(Distribution.BIN))
                .isEqualTo(
                        new Result(
                                1,
                                "",
                                "mesos-shuffle-service: no Java found (expected: Java 17 or newer in JAVA_HOME or on the PATH)\n"));
        assertThat(distribution.with("JAVA_HOME", "/no/such").run(Distribution.BIN))
                .isEqualTo(new Result(
                        1,
                        "",
                        "mesos-shuffle-service: JAVA_HOME is /no/such, but there is no /no/such/bin/java to run"
                                + " (expected: Java 17 or newer)\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_392", "11.0.21", "16"})
    void refusesAnOldJava(String version) throws Exception {
        Path java = Distribution.javaThatPrints(dir.resolve("old"), version);

        Result result = distribution.with("JAVA_HOME", java.toString()).run(Distribution.BIN);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .isEqualTo("mesos-shuffle-service: " + java + "/bin/java is Java " + version
                        + " (expected: 17 or newer; set JAVA_HOME)\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "17.0.15", "21.0.1", "25-ea"})
    void acceptsANewerJava(String version) throws Exception {
        assertThat(options(version)).contains("dev.mesosshuffle.Main");
    }

    @Test
    void endsWith64ForABadCommandLineAndTellsWhyInOneLine() throws Exception {
        assertThat(distribution.run(Distribution.BIN, "--bogus"))
                .isEqualTo(new Result(64, "", "mesos-shuffle-service: Unknown option: '--bogus' (see --help)\n"));
    }

    @Test
    void endsWith78ForAnUnknownKeyAndNamesTheNearest() throws Exception {
        assertThat(distribution.run(Distribution.BIN, "--conf", "spark.mesos.shuffle.service.orphantimeout=1h"))
                .isEqualTo(new Result(
                        78,
                        "",
                        "mesos-shuffle-service: spark.mesos.shuffle.service.orphantimeout from --conf: unknown key"
                                + " (did you mean spark.mesos.shuffle.service.orphanTimeout?)\n"));
    }

    @Test
    void showsEachSettingsOrigin() throws Exception {
        Files.writeString(dir.resolve("spark-defaults.conf"), "spark.shuffle.io.backLog 128\n");
        Path own = Files.createDirectories(dir.resolve("own"));
        Files.writeString(own.resolve("mesos-shuffle-service.conf"), "spark.shuffle.io.serverThreads 3\n");

        Result result = distribution
                .with("SPARK_CONF_DIR", dir.toString())
                .with("MESOS_SHUFFLE_SERVICE_CONF_DIR", own.toString())
                .with("SPARK_LOCAL_DIRS", "/d1,/d2")
                .with("SPARK_DAEMON_JAVA_OPTS", "-Dspark.network.timeout=7s")
                .with("SPARK_SHUFFLE_OPTS", "'-Dspark.mesos.shuffle.service.state.dir=/var/a b'")
                .run(Distribution.BIN, "--check-config", "--conf", "spark.shuffle.service.port=4711");

        assertThat(result.status()).isZero();
        assertThat(result.out())
                .containsPattern("spark.shuffle.io.backLog +128 +" + dir + "/spark-defaults.conf\n")
                .containsPattern("spark.shuffle.io.serverThreads +3 +" + own + "/mesos-shuffle-service.conf\n")
                .containsPattern("spark.local.dir +/d1,/d2 +SPARK_LOCAL_DIRS\n")
                .containsPattern("spark.network.timeout +7s +-D\n")
                .containsPattern("spark.mesos.shuffle.service.state.dir +/var/a b +-D\n")
                .containsPattern("spark.shuffle.service.port +4711 +--conf\n");
    }

    @ParameterizedTest
    @CsvSource({
        "256m, 256",
        "262144k, 256",
        "268435456, 256",
        "0512M, 512",
        "1g, 1024",
        "4G, 4096",
        "1t, 1048576",
        ", 1024"
    })
    void dividesTheMemoryOfTheWholeProcess(@Nullable String memory, int mib) throws Exception {
        if (memory != null) {
            distribution.with("SPARK_DAEMON_MEMORY", memory);
        }
        String options = String.join("\n", options("17")) + "\n";

        int heap = number(options, "-Xmx(\\d+)m");
        int direct = number(options, "-XX:MaxDirectMemorySize=(\\d+)m");
        int metaspace = number(options, "-XX:MaxMetaspaceSize=(\\d+)m");
        int code = number(options, "-XX:ReservedCodeCacheSize=(\\d+)m");
        assertThat(heap).isGreaterThanOrEqualTo(64);
        assertThat(direct).isGreaterThanOrEqualTo(48);
        // Threads, the collector's tables and the JVM's own libraries take the rest.
        assertThat(mib - heap - direct - metaspace - code).isBetween(40, 128);
    }

    @ParameterizedTest
    @ValueSource(strings = {"255m", "0", "x", "1.5g", "-1g", "1gb", "10000000000000"})
    void refusesAMemorySizeThatIsNone(String memory) throws Exception {
        Result result = distribution.with("SPARK_DAEMON_MEMORY", memory).run(Distribution.BIN, "--version");

        assertThat(result.status()).isEqualTo(78);
        assertThat(result.err())
                .startsWith("mesos-shuffle-service: SPARK_DAEMON_MEMORY: " + memory + " (expected: ")
                .hasLineCount(1);
    }

    @Test
    void splitsOptionsAsSparkDoesAndExpandsNothing() throws Exception {
        distribution.with(
                "SPARK_DAEMON_JAVA_OPTS",
                "  -Da=1\t'-Db=it\"s $HOME'  \"-Dc=it's \\\"so\\\"\" -Dd=\\ \\'* -De=''$(id)");

        assertThat(options("17"))
                .containsSubsequence("-Da=1", "-Db=it\"s $HOME", "-Dc=it's \"so\"", "-Dd= '*", "-De=$(id)");
    }

    @Test
    void refusesAnOpenQuote() throws Exception {
        assertThat(distribution.with("SPARK_SHUFFLE_OPTS", "'-Da=1").run(Distribution.BIN))
                .isEqualTo(
                        new Result(
                                78,
                                "",
                                "mesos-shuffle-service: SPARK_DAEMON_JAVA_OPTS or SPARK_SHUFFLE_OPTS: a quote is not closed\n"));
    }

    @Test
    void usesTheSerialCollectorUnlessAnotherIsNamed() throws Exception {
        assertThat(options("17"))
                .contains("-XX:+UseSerialGC", "-Xlog:os+thread=off")
                // One failed allocation costs the request, not the process.
                .doesNotContain("-XX:+ExitOnOutOfMemoryError");
        distribution.with("SPARK_DAEMON_JAVA_OPTS", "-XX:+UseGCOverheadLimit");
        assertThat(options("17")).contains("-XX:+UseSerialGC");
        distribution.with("SPARK_DAEMON_JAVA_OPTS", "-XX:+UseG1GC");
        assertThat(options("17")).contains("-XX:+UseG1GC").doesNotContain("-XX:+UseSerialGC");
    }

    @Test
    void allowsNativeAccessOnlyWhereTheJvmKnowsThat() throws Exception {
        String nativeAccess = "--enable-native-access=ALL-UNNAMED";
        String unsafe = "--sun-misc-unsafe-memory-access=allow";
        assertThat(options("21.0.1")).doesNotContain(nativeAccess, unsafe);
        assertThat(options("25.0.1")).contains(nativeAccess, unsafe);
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "17.0.2", "17.0.14", "18.0.2", "21.0.5"})
    void doesNotAskAJvmToTrimThatMayNotKnowHow(String version) throws Exception {
        // It would not start.
        assertThat(options(version)).noneMatch(option -> option.startsWith("-XX:TrimNativeHeapInterval"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"17.0.15", "17.0.20", "22", "25.0.1"})
    void hasTheCLibrarysFreeMemoryTrimmedWhereTheJvmCan(String version) throws Exception {
        assumeThat(Path.of("/lib/ld-musl-" + System.getProperty("os.arch").replace("amd64", "x86_64") + ".so.1"))
                .doesNotExist();
        assertThat(options(version)).contains("-XX:TrimNativeHeapInterval=5000");
    }

    @Test
    void shipsNativeLibrariesForBothKindsOfMachines() {
        for (String arch : List.of("x86_64", "aarch64")) {
            Path libraries = Distribution.HOME.resolve("lib/native").resolve(arch);
            String nettyArch = arch.replace("aarch64", "aarch_64");
            assertThat(libraries.resolve("libsqlitejdbc.so")).isRegularFile();
            assertThat(libraries.resolve("libjnidispatch.so")).isRegularFile();
            assertThat(libraries.resolve("libnetty_transport_native_epoll_" + nettyArch + ".so"))
                    .isRegularFile();
            assertThat(Distribution.HOME.resolve("lib/native/" + arch + "-musl/libsqlitejdbc.so"))
                    .isRegularFile();
        }
    }

    private List<String> options(String javaVersion) throws IOException, InterruptedException {
        Path java = Distribution.javaThatPrints(dir.resolve("java-" + javaVersion), javaVersion);
        Result result = distribution.with("JAVA_HOME", java.toString()).run(Distribution.BIN);
        assertThat(result.err()).isEmpty();
        return result.out().lines().toList();
    }

    private static int number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern + "\n").matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return Integer.parseInt(matcher.group(1));
    }
}
