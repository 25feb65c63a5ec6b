package dev.mesosshuffle.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    private static final long HEAP = 512L << 20;

    @TempDir
    Path dir;

    @Test
    void letsTheStrongerSourceWin() throws Exception {
        String port = "spark.shuffle.service.port";
        Path defaults = file("spark-defaults.conf", port + " 1\nspark.shuffle.io.serverThreads 1");
        Path own = file("own.conf", port + "=2\nspark.shuffle.io.backLog 2");
        Path named = file("named.conf", port + ": 3\nspark.shuffle.io.sendBuffer 3");
        Map<String, String> environment = Map.of("SPARK_CONF_DIR", dir.toString());
        Map<String, String> jvm = Map.of(port, "4", "java.version", "17");
        Map<String, String> commandLine = Map.of(port, "5");

        assertOrigin(load(environment, null, null, Map.of(), Map.of()), port, "1", defaults.toString());
        assertOrigin(load(environment, own, null, Map.of(), Map.of()), port, "2", own.toString());
        assertOrigin(load(environment, own, named, Map.of(), Map.of()), port, "3", named.toString());
        assertOrigin(load(environment, own, named, jvm, Map.of()), port, "4", "-D");
        LoadedConfig all = load(environment, own, named, jvm, commandLine);
        assertOrigin(all, port, "5", "--conf");
        assertOrigin(all, "spark.shuffle.io.serverThreads", "1", defaults.toString());
        assertOrigin(all, "spark.shuffle.io.backLog", "2", own.toString());
        assertOrigin(all, "spark.shuffle.io.sendBuffer", "3", named.toString());
        assertThat(all.config().port()).isEqualTo(5);
    }

    @Test
    void prefersTheEnvironmentsLocalDirsToFilesButNotToTheCommandLine() throws Exception {
        Path named = file("named.conf", "spark.local.dir /file");
        Map<String, String> environment = Map.of("SPARK_LOCAL_DIRS", "/env1,/env2");
        Map<String, String> jvm = Map.of("spark.local.dir", "/jvm");

        LoadedConfig fromEnvironment = load(environment, null, named, jvm, Map.of());
        LoadedConfig fromCommandLine = load(environment, null, named, jvm, Map.of("spark.local.dir", "/conf"));

        assertOrigin(fromEnvironment, "spark.local.dir", "/env1,/env2", "SPARK_LOCAL_DIRS");
        assertThat(fromEnvironment.config().disks().localRoots()).containsExactly(Path.of("/env1"), Path.of("/env2"));
        assertThat(fromEnvironment.config().stateDir()).isEqualTo(Path.of("/env1/.mesos-shuffle-service"));
        assertOrigin(fromCommandLine, "spark.local.dir", "/conf", "--conf");
    }

    @Test
    void takesAnEmptyLocalDirsOfTheEnvironmentForNone() throws ConfigException {
        assertThat(load(Map.of("SPARK_LOCAL_DIRS", " "), null, null, Map.of(), Map.of())
                        .config()
                        .disks()
                        .localRoots())
                .containsExactly(Path.of("/tmp/spark"));
    }

    @Test
    void readsFilesInSparksSyntax() throws Exception {
        Path named = file(
                "named.conf",
                "# a comment\n\nspark.shuffle.service.port \t 4711   \nspark.local.dir=/tmp/a b\\u00e4\u00f6\nother.key 1\n");

        ServiceConfig config = load(Map.of(), null, named, Map.of(), Map.of()).config();

        assertThat(config.port()).isEqualTo(4711);
        assertThat(config.disks().localRoots()).containsExactly(Path.of("/tmp/a b\u00e4\u00f6"));
    }

    @Test
    void ignoresAMissingFileUnlessItWasNamed() throws ConfigException {
        Path missing = dir.resolve("missing.conf");

        assertThat(load(Map.of("SPARK_CONF_DIR", dir.toString()), missing, null, Map.of(), Map.of())
                        .config()
                        .port())
                .isEqualTo(7337);
        assertThatThrownBy(() -> load(Map.of(), null, missing, Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage(missing + ": no such file");
    }

    @Test
    void refusesAFileThatIsNoPropertiesFile() throws IOException {
        Path broken = file("broken.conf", "spark.local.dir=\\uZZZZ");

        assertThatThrownBy(() -> load(Map.of(), null, broken, Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(broken + ": ");
        assertThatThrownBy(() -> load(Map.of(), null, dir, Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(dir + ": ");
    }

    @Test
    void takesTheNetworkTimeoutForIdleConnectionsUnlessTheyHaveTheirOwn() throws ConfigException {
        LoadedConfig loaded = load(Map.of("spark.network.timeout", "10s"));

        assertThat(loaded.config().transport().connectionTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertOrigin(loaded, "spark.shuffle.io.connectionTimeout", "10s", "spark.network.timeout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0s", "-1", "-10s"})
    void neverClosesIdleConnectionsIfAskedTo(String timeout) throws ConfigException {
        assertThat(load(Map.of("spark.shuffle.io.connectionTimeout", timeout))
                        .config()
                        .transport()
                        .connectionTimeout())
                .isZero();
    }

    @Test
    void keepsTheIndexCacheWithinAQuarterOfTheHeap() throws ConfigException {
        String key = "spark.shuffle.service.index.cache.size";

        assertThat(load(Map.of(key, "128m")).config().disks().indexCacheBytes()).isEqualTo(128L << 20);
        LoadedConfig cut = load(Map.of(key, "129m"));
        assertThat(cut.config().disks().indexCacheBytes()).isEqualTo(128L << 20);
        assertOrigin(cut, key, "128m", "--conf, cut to a quarter of the heap");
    }

    @Test
    void keepsTheRegistryWithinHalfOfTheHeap() throws ConfigException {
        String key = "spark.mesos.shuffle.service.maxRegistryMemory";

        LoadedConfig unset = load(Map.of());
        assertThat(unset.config().disks().maxRegistryBytes()).isEqualTo(HEAP / 4);
        assertOrigin(unset, key, "(a quarter of the heap)", "default");
        assertThat(load(Map.of(key, "256m")).config().disks().maxRegistryBytes())
                .isEqualTo(256L << 20);
        LoadedConfig cut = load(Map.of(key, "257m"));
        assertThat(cut.config().disks().maxRegistryBytes()).isEqualTo(256L << 20);
        assertOrigin(cut, key, "256m", "--conf, cut to half of the heap");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "spark.shuffle.service.port | -1 | 0 to 65535",
                "spark.shuffle.service.port | 65536 | 0 to 65535",
                "spark.shuffle.service.port | x | 0 to 65535",
                "spark.mesos.shuffle.service.host | '' | an address or host name of this machine",
                "spark.local.dir | , | absolute paths, separated by commas",
                "spark.local.dir | /a,b | absolute paths, separated by commas",
                "spark.local.dir | file:b | absolute paths, separated by commas",
                "spark.mesos.shuffle.service.state.dir | state | an absolute path",
                "spark.network.timeout | soon | a time such as 120s or 2min; a bare number is seconds; 0 for never",
                "spark.shuffle.io.mode | KQUEUE | NIO, EPOLL or AUTO",
                "spark.shuffle.io.serverThreads | 1025 | 0 to 1024",
                "spark.shuffle.io.backLog | 1.5 | a whole number; below 1 leaves it to the system",
                "spark.shuffle.io.sendBuffer | 2g | a size such as 256k, at most 1g; -1 leaves it to the system",
                "spark.shuffle.io.enableTcpKeepAlive | yes | true or false",
                "spark.shuffle.maxChunksBeingTransferred | 0 | a whole number from 1",
                "spark.mesos.shuffle.service.maxFrameSize | 63k | a size such as 16m, from 64k to 1g",
                "spark.mesos.shuffle.service.maxFrameSize | 1025m | a size such as 16m, from 64k to 1g",
                "spark.mesos.shuffle.service.diskThreads | 0 | 1 to 256",
                "spark.mesos.shuffle.service.maxRegistryMemory | 1k | a size from 1m, such as 100m; a bare number is bytes",
                "spark.shuffle.service.index.cache.size | 1.5g | a size such as 100m; a bare number is bytes",
                "spark.shuffle.cleaner.interval | 0 | a time above zero such as 30s or 24h; a bare number is seconds",
                "spark.mesos.shuffle.service.orphanTimeout | -1h"
                        + " | a time above zero such as 30s or 24h; a bare number is seconds",
                "spark.mesos.shuffle.service.cleanup | maybe | on or off",
                "spark.mesos.shuffle.service.orphans | yes | off, report or delete",
                "spark.mesos.shuffle.service.localDirNames | blockmgr | spark or any",
                "spark.mesos.shuffle.service.minFreePercent | 51 | 0 to 50; 0 for never",
                "spark.authenticate | yes | true or false",
                "spark.network.crypto.cipher | AES/ECB/NoPadding | AES/CTR/NoPadding or AES/GCM/NoPadding",
                "spark.network.crypto.authEngineVersion | 3 | 1 or 2",
                "spark.network.sasl.maxEncryptedBlockSize | 2m | a size such as 64k, from 1k to 128k",
                "spark.mesos.shuffle.service.secret.file | secret | an absolute path",
                "spark.mesos.shuffle.service.masterTimeout | 0"
                        + " | a time above zero such as 30s or 24h; a bare number is seconds",
                "spark.mesos.shuffle.service.master.secretFile | secret | an absolute path",
            })
    void tellsKeyValueOriginAndExpectationOfAWrongValue(String key, String value, String expected) {
        assertThatThrownBy(() -> load(Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessage(key + ": " + value + " from --conf (expected: " + expected + ")");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zk://a:2181,b:2181/mesos",
                "ftp://m:5050",
                "m:port",
                "m:70000",
                "http://m:5050/master",
                "opaque:m://5050",
                "http://m:5050?x",
                ","
            })
    void refusesWhatIsNoAddressOfAMaster(String value) {
        assertThatThrownBy(() -> load(Map.of("spark.mesos.shuffle.service.master", value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("spark.mesos.shuffle.service.master: " + value + " from --conf (expected: ")
                .hasMessageContaining("neither zk://");
    }

    @Test
    void doesNotShowAPasswordThatIsPutIntoAUrl() {
        assertThatThrownBy(() -> load(Map.of("spark.mesos.shuffle.service.master", "http://me:sesame@m:5050")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("http://********@m:5050")
                .hasMessageNotContaining("sesame");
    }

    @Test
    void wantsAPrincipalAndItsSecretTogetherAndNoTokenBesideThem() throws ConfigException {
        String prefix = "spark.mesos.shuffle.service.master";
        assertThatThrownBy(() -> load(Map.of(prefix + ".principal", "me")))
                .hasMessageContaining("one of them without the other");
        assertThatThrownBy(() -> load(Map.of(prefix + ".secretFile", "/s")))
                .hasMessageContaining("one of them without the other");
        assertThatThrownBy(() -> load(
                        Map.of(prefix + ".principal", "me", prefix + ".secretFile", "/s", prefix + ".tokenFile", "/t")))
                .hasMessageContaining("both are set");
        assertThat(load(Map.of(prefix + ".tokenFile", "/t")).config().master().tokenFile())
                .isEqualTo(Path.of("/t"));
    }

    @Test
    void tellsEverythingThatIsWrongAtOnceAndOnOneLine() {
        assertThatThrownBy(() -> load(Map.of("spark.shuffle.service.port", "a\nb", "spark.shuffle.io.mode", "x")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("spark.shuffle.service.port: a\\u000ab", "; ", "spark.shuffle.io.mode: x")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource({"diskThread, diskThreads", "maxframesize, maxFrameSize", "statedir, state.dir", "mster, master"})
    void namesTheNearestKeyForAnUnknownOneOfOurs(String wrong, String right) {
        String prefix = "spark.mesos.shuffle.service.";
        assertThatThrownBy(() -> load(Map.of(prefix + wrong, "1")))
                .isInstanceOf(ConfigException.class)
                .hasMessage(prefix + wrong + " from --conf: unknown key (did you mean " + prefix + right + "?)");
    }

    @Test
    void ignoresTheKeysOfTheListenerInDrivers() throws ConfigException {
        String prefix = "spark.mesos.shuffle.service.driver.";
        assertThat(load(Map.of(prefix + "heartbeatTimeout", "30s")).settings())
                .noneMatch(setting -> setting.key().startsWith(prefix));
        assertThatThrownBy(() -> load(Map.of(prefix + "heartbeatTimeut", "30s")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("unknown key");
    }

    @Test
    void ignoresKeysOfOthers() throws ConfigException {
        assertThat(load(Map.of("spark.shuffle.service.enabled", "true", "spark.mesos.role", "x"))
                        .settings())
                .extracting(LoadedConfig.EffectiveSetting::key)
                .containsExactlyElementsOf(
                        ConfigKeys.all().stream().map(ConfigKey::name).toList());
    }

    @Test
    void neverShowsASecret() throws ConfigException {
        LoadedConfig loaded = load(Map.of("spark.authenticate.secret", "sesame"));

        assertOrigin(loaded, "spark.authenticate.secret", "********", "--conf");
        assertThat(loaded.table()).doesNotContain("sesame");
        assertThat(loaded.toString()).doesNotContain("sesame");
    }

    @Test
    void printsATableWithAlignedColumns() throws ConfigException {
        List<String> lines = load(Map.of("spark.shuffle.service.port", "4711"))
                .table()
                .lines()
                .toList();

        assertThat(lines).hasSameSizeAs(ConfigKeys.all());
        int valueColumn = lines.get(0).indexOf("0.0.0.0");
        int originColumn = lines.get(0).indexOf("default");
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.substring(valueColumn - 2, valueColumn)).isBlank();
            assertThat(line.substring(originColumn - 2, originColumn)).isBlank();
            assertThat(line.substring(originColumn)).isIn("default", "--conf");
        });
        assertThat(lines.get(1))
                .startsWith("spark.shuffle.service.port ")
                .contains("  4711  ")
                .endsWith("--conf");
    }

    private static void assertOrigin(LoadedConfig loaded, String key, String value, String origin) {
        assertThat(loaded.settings())
                .extracting(
                        LoadedConfig.EffectiveSetting::key,
                        LoadedConfig.EffectiveSetting::value,
                        LoadedConfig.EffectiveSetting::origin)
                .contains(tuple(key, value, origin));
    }

    private static LoadedConfig load(Map<String, String> commandLine) throws ConfigException {
        return load(Map.of(), null, null, Map.of(), commandLine);
    }

    private static LoadedConfig load(
            Map<String, String> environment,
            @Nullable Path confFile,
            @Nullable Path propertiesFile,
            Map<String, String> systemProperties,
            Map<String, String> commandLine)
            throws ConfigException {
        return ConfigLoader.load(
                new ConfigSources(environment, confFile, propertiesFile, systemProperties, commandLine, HEAP));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(dir.resolve(name), text, StandardCharsets.UTF_8);
    }
}
