package dev.mesosshuffle.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.model.AdminEndpoint;
import dev.mesosshuffle.model.LocalDirNaming;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.model.SecretText;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each key, at its default and at a value of its own. */
class ConfigMappingTest {
    private static final long HEAP = 512L << 20;

    @Test
    void hasADefaultForEverything() throws ConfigException {
        LoadedConfig loaded = load(Map.of());

        assertThat(loaded.config())
                .isEqualTo(new ServiceConfig(
                        "0.0.0.0",
                        7337,
                        new ServiceConfig.Transport(
                                IoMode.AUTO,
                                0,
                                new ServiceConfig.SocketOptions(-1, -1, -1, false),
                                Duration.ofSeconds(120),
                                Long.MAX_VALUE,
                                16 << 20,
                                ServiceConfig.ConnectionLimits.DEFAULTS),
                        new ServiceConfig.Disks(
                                List.of(Path.of("/tmp/spark")),
                                LocalDirNaming.SPARK,
                                StateDirCandidates.of(null, Map.of(), List.of(Path.of("/tmp/spark"))),
                                8,
                                100L << 20,
                                HEAP / 4),
                        new ServiceConfig.Expiry(Duration.ofSeconds(30), Duration.ofHours(24)),
                        new ServiceConfig.Cleanup(true, 5000, OrphanMode.REPORT, 5),
                        ServiceConfig.Master.NONE,
                        ServiceConfig.Authentication.NONE,
                        ServiceConfig.Tls.NONE,
                        new ServiceConfig.Admin(
                                17337,
                                false,
                                "127.0.0.1",
                                true,
                                Set.of(),
                                null,
                                new ServiceConfig.TlsPem(null, null, null)),
                        ServiceConfig.Diagnostics.DEFAULTS));
        assertThat(loaded.settings())
                .extracting(LoadedConfig.EffectiveSetting::origin)
                .containsOnly("default");
    }

    @Test
    void mapsEveryKey() throws ConfigException {
        Map<String, String> settings = new HashMap<>();
        settings.put("spark.mesos.shuffle.service.host", "127.0.0.1");
        settings.put("spark.shuffle.service.port", "0");
        settings.put("spark.local.dir", "/d1/spark, /d2/spark/,,/d1/spark,file:/d3");
        settings.put("spark.mesos.shuffle.service.state.dir", "/var/lib/shuffle");
        settings.put("spark.mesos.shuffle.service.admin.port", "9000");
        settings.put("spark.mesos.shuffle.service.admin.host", "::");
        settings.put("spark.mesos.shuffle.service.admin.openEndpoints", "metrics, HEALTH");
        settings.put("spark.mesos.shuffle.service.admin.credentials.file", "/etc/operators");
        settings.put("spark.mesos.shuffle.service.admin.tls.privateKey", "/etc/key.pem");
        settings.put("spark.mesos.shuffle.service.admin.tls.privateKeyPassword", "open");
        settings.put("spark.mesos.shuffle.service.admin.tls.certChain", "/etc/chain.pem");
        settings.put("spark.network.timeout", "9s");
        settings.put("spark.shuffle.io.connectionTimeout", "500ms");
        settings.put("spark.shuffle.io.mode", "nio");
        settings.put("spark.shuffle.io.serverThreads", "3");
        settings.put("spark.shuffle.io.backLog", "128");
        settings.put("spark.shuffle.io.receiveBuffer", "65536");
        settings.put("spark.shuffle.io.sendBuffer", "1m");
        settings.put("spark.shuffle.io.enableTcpKeepAlive", "TRUE");
        settings.put("spark.shuffle.maxChunksBeingTransferred", "4096");
        settings.put("spark.mesos.shuffle.service.maxFrameSize", "64k");
        settings.put("spark.mesos.shuffle.service.frameTimeout", "7s");
        settings.put("spark.mesos.shuffle.service.writeTimeout", "3m");
        settings.put("spark.mesos.shuffle.service.maxConnections", "500");
        settings.put("spark.mesos.shuffle.service.maxConnectionsPerAddress", "20");
        settings.put("spark.mesos.shuffle.service.diskThreads", "16");
        settings.put("spark.shuffle.service.index.cache.size", "20m");
        settings.put("spark.mesos.shuffle.service.maxRegistryMemory", "30m");
        settings.put("spark.shuffle.service.fetch.rdd.enabled", "true");
        settings.put("spark.shuffle.cleaner.interval", "5");
        settings.put("spark.mesos.shuffle.service.orphanTimeout", "2h");
        settings.put("spark.mesos.shuffle.service.cleanup", "off");
        settings.put("spark.mesos.shuffle.service.deletionRate", "700");
        settings.put("spark.mesos.shuffle.service.master", "m1, https://[::1]:5051/");
        settings.put("spark.mesos.shuffle.service.masterTimeout", "90min");
        settings.put("spark.mesos.shuffle.service.master.principal", "shuffle");
        settings.put("spark.mesos.shuffle.service.master.secretFile", "/etc/secret");
        settings.put("spark.mesos.shuffle.service.master.caFile", "/etc/ca.pem");
        settings.put("spark.mesos.shuffle.service.localDirNames", "any");
        settings.put("spark.mesos.shuffle.service.orphans", "delete");
        settings.put("spark.mesos.shuffle.service.minFreePercent", "7");
        settings.put("spark.mesos.shuffle.service.log.format", "json");
        settings.put("spark.mesos.shuffle.service.slowFetch", "1500ms");
        settings.put("spark.authenticate", "true");
        settings.put("spark.mesos.shuffle.service.authentication", "Optional");
        settings.put("spark.authenticate.secret", "sesame");
        settings.put("spark.authenticate.secret.file", "/etc/spark-secret");
        settings.put("spark.mesos.shuffle.service.secret.file", "/etc/shuffle-secret");
        settings.put("spark.mesos.shuffle.service.secrets.file", "/etc/shuffle-secrets");
        settings.put("spark.authenticate.enableSaslEncryption", "true");
        settings.put("spark.network.crypto.enabled", "true");
        settings.put("spark.network.crypto.saslFallback", "false");
        settings.put("spark.network.crypto.cipher", "AES/GCM/NoPadding");
        settings.put("spark.network.crypto.authEngineVersion", "2");
        settings.put("spark.network.sasl.serverAlwaysEncrypt", "true");
        settings.put("spark.network.sasl.maxEncryptedBlockSize", "32k");
        settings.put("spark.ssl.rpc.enabled", "false");
        assertThat(settings.keySet())
                .containsAll(ConfigKeys.all().stream()
                        .map(ConfigKey::name)
                        // Instead of a principal.
                        .filter(name -> !name.endsWith(".tokenFile"))
                        // Read only if it is enabled.
                        .filter(name -> !name.startsWith("spark.ssl.") && !name.endsWith(".tls"))
                        .toList());

        LoadedConfig loaded = load(settings);

        assertThat(loaded.config())
                .isEqualTo(new ServiceConfig(
                        "127.0.0.1",
                        0,
                        new ServiceConfig.Transport(
                                IoMode.NIO,
                                3,
                                new ServiceConfig.SocketOptions(128, 65536, 1 << 20, true),
                                Duration.ofMillis(500),
                                4096,
                                64 << 10,
                                new ServiceConfig.ConnectionLimits(
                                        Duration.ofSeconds(7), Duration.ofMinutes(3), 500, 20)),
                        new ServiceConfig.Disks(
                                List.of(Path.of("/d1/spark"), Path.of("/d2/spark"), Path.of("/d3")),
                                LocalDirNaming.ANY,
                                StateDirCandidates.of(
                                        new StateDirCandidates.Candidate(Path.of("/var/lib/shuffle"), "--conf"),
                                        Map.of(),
                                        List.of(Path.of("/d1/spark"), Path.of("/d2/spark"), Path.of("/d3"))),
                                16,
                                20L << 20,
                                30L << 20),
                        new ServiceConfig.Expiry(Duration.ofSeconds(5), Duration.ofHours(2)),
                        new ServiceConfig.Cleanup(false, 700, OrphanMode.DELETE, 7),
                        new ServiceConfig.Master(
                                List.of(URI.create("http://m1:5050"), URI.create("https://[::1]:5051")),
                                Duration.ofMinutes(90),
                                "shuffle",
                                Path.of("/etc/secret"),
                                null,
                                Path.of("/etc/ca.pem")),
                        new ServiceConfig.Authentication(
                                AuthenticationMode.OPTIONAL,
                                new ServiceConfig.Secrets(
                                        new SecretText("sesame"),
                                        ServiceConfig.SecretOrigin.COMMAND_LINE,
                                        Path.of("/etc/spark-secret"),
                                        Path.of("/etc/shuffle-secret"),
                                        Path.of("/etc/shuffle-secrets")),
                                true,
                                false,
                                true,
                                32 << 10,
                                CryptoCipher.GCM,
                                2),
                        ServiceConfig.Tls.NONE,
                        new ServiceConfig.Admin(
                                9000,
                                true,
                                "::",
                                false,
                                Set.of(AdminEndpoint.METRICS, AdminEndpoint.HEALTH),
                                Path.of("/etc/operators"),
                                new ServiceConfig.TlsPem(
                                        Path.of("/etc/key.pem"), new SecretText("open"), Path.of("/etc/chain.pem"))),
                        new ServiceConfig.Diagnostics(true, Duration.ofMillis(1500))));
        assertThat(loaded.settings())
                .filteredOn(setting -> settings.containsKey(setting.key()))
                .extracting(LoadedConfig.EffectiveSetting::origin)
                .containsOnly("--conf");
    }

    private static LoadedConfig load(Map<String, String> commandLine) throws ConfigException {
        return ConfigLoader.load(new ConfigSources(Map.of(), null, null, Map.of(), commandLine, HEAP));
    }
}
