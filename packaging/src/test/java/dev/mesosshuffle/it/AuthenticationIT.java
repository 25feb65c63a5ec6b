package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.mesosshuffle.it.client.ClientFixture;
import dev.mesosshuffle.it.client.Fetched;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.client.SparkClients;
import dev.mesosshuffle.it.security.ProtectionMode;
import dev.mesosshuffle.it.security.SecuredService;
import dev.mesosshuffle.it.security.WireTap;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Real clients of every version, in every way in which they authenticate and encrypt. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AuthenticationIT {
    private static final String EXECUTOR = "1";
    private static final int KIB = 1 << 10;

    /**
     * Around what one message of GCM, one block of SASL, and one buffer of the daemon hold; the last one is sent in
     * windows.
     */
    private static final int[] LENGTHS = {
        0, 1, 32_751, 32_752, 32_753, 65_535, 65_536, 112 * KIB, 112 * KIB + 1, 2 << 20
    };

    private static final int LARGE_BYTES = 200 << 20;
    private static final int ROUNDS_AT_ONCE = 5;
    private static final long LONGEST_ROUNDS_SECONDS = 120;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static SecuredService services;

    @BeforeAll
    static void prepare() throws Exception {
        services = SecuredService.in(folder, ServiceKind.underTest(), Map.of());
    }

    @AfterAll
    static void stopService() {
        services.close();
    }

    static Stream<Arguments> everyModeOfEveryVersion() {
        return Arrays.stream(ProtectionMode.values())
                .filter(mode -> mode.isKnownTo(ServiceKind.underTest()))
                .flatMap(mode -> mode.versions().stream().map(version -> Arguments.of(mode, version)));
    }

    static Stream<ProtectionMode> everyMode() {
        return Arrays.stream(ProtectionMode.values()).filter(mode -> mode.isKnownTo(ServiceKind.underTest()));
    }

    @ParameterizedTest
    @MethodSource("everyModeOfEveryVersion")
    @Order(1)
    void servesBlocksOfEachLength(ProtectionMode mode, SparkVersion version) throws Exception {
        ClientFixture bed = services.of(mode);
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 2);
        Map<String, byte[]> expected = writeBlocks(dirs, LENGTHS);
        Path downloads = Files.createTempDirectory(folder, "downloads");

        try (SparkClient client = services.connect(mode, version, appId)) {
            client.registerExecutor(EXECUTOR, dirs.names(), dirs.subDirsPerLocalDir());

            assertSame(client.fetch(EXECUTOR, List.copyOf(expected.keySet())), expected);
            assertSame(client.fetchToDisk(EXECUTOR, List.copyOf(expected.keySet()), downloads), expected);
            if (version.compareTo(SparkVersion.V3_0_3) >= 0) {
                assertRemovesABlock(client, dirs);
            }
        }
    }

    private static void assertRemovesABlock(SparkClient client, LocalDirs dirs) throws Exception {
        Path removed = dirs.write("rdd_1_0", new byte[10]);
        Path kept = dirs.write("rdd_1_1", new byte[10]);

        assertThat(client.removeBlocks(EXECUTOR, List.of("rdd_1_0", "rdd_1_99")))
                .isEqualTo(1);

        assertThat(removed).doesNotExist();
        assertThat(kept).exists();
    }

    @ParameterizedTest
    @MethodSource("everyMode")
    @Order(2)
    void servesALargeBlock(ProtectionMode mode) throws Exception {
        ClientFixture bed = services.of(mode);
        SparkVersion version = mode.newestVersion();
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        Map<String, byte[]> expected = writeBlocks(dirs, LARGE_BYTES);
        Path downloads = Files.createTempDirectory(folder, "downloads");

        try (SparkClient client = services.connect(mode, version, appId)) {
            client.registerExecutor(EXECUTOR, dirs.names(), dirs.subDirsPerLocalDir());

            assertSame(client.fetchToDisk(EXECUTOR, List.copyOf(expected.keySet()), downloads), expected);
        }
        deleteAll(downloads);
        for (String file : List.of("shuffle_0_0_0.data", "shuffle_0_0_0.index")) {
            Files.deleteIfExists(dirs.file(file));
        }
    }

    @ParameterizedTest
    @MethodSource("everyMode")
    @Order(3)
    void showsOnTheWireOnlyWhatIsNotEncrypted(ProtectionMode mode) throws Exception {
        ClientFixture bed = services.of(mode);
        SparkVersion version = mode.newestVersion();
        String appId = bed.newAppId(version);
        String readable = "what only the two ends may read, " + appId;
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        dirs.writeMapOutput(0, 0, List.of(readable.getBytes(StandardCharsets.ISO_8859_1)));

        try (WireTap tap = WireTap.before(bed.port());
                SparkClient client =
                        SparkClients.connect(version, tap.port(), appId, mode.ofClients(services.certificates()))) {
            client.registerExecutor(EXECUTOR, dirs.names(), dirs.subDirsPerLocalDir());
            assertThat(client.fetch(EXECUTOR, List.of("shuffle_0_0_0")).blocks())
                    .hasSize(1);

            assertThat(tap.saw(readable)).as("the block in clear").isEqualTo(mode.isPlain());
            assertThat(tap.saw(dirs.names().get(0)))
                    .as("the registration in clear")
                    .isEqualTo(mode.isPlain());
        }
    }

    @Test
    @Order(4)
    void servesEveryVersionAndModeAtOnceOnOnePort() throws Exception {
        assumeThat(ServiceKind.underTest()).isEqualTo(ServiceKind.DAEMON);
        Map<String, SparkClient> clients = new LinkedHashMap<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            Map<String, Map<String, byte[]>> expected = new LinkedHashMap<>();
            for (ProtectionMode mode : ProtectionMode.values()) {
                for (SparkVersion version : mode.isDetected() ? mode.versions() : List.<SparkVersion>of()) {
                    ClientFixture bed = services.of(mode);
                    String appId = bed.newAppId(version);
                    LocalDirs dirs = bed.newLocalDirs(appId, 1);
                    expected.put(appId, writeBlocks(dirs, LENGTHS));
                    SparkClient client = services.connect(mode, version, appId);
                    clients.put(appId, client);
                    client.registerExecutor(EXECUTOR, dirs.names(), dirs.subDirsPerLocalDir());
                }
            }
            List<Future<?>> running = new ArrayList<>();
            clients.forEach((appId, client) -> running.add(
                    threads.submit(() -> fetchAgainAndAgain(client, Objects.requireNonNull(expected.get(appId))))));
            for (Future<?> each : running) {
                each.get(LONGEST_ROUNDS_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
            clients.values().forEach(SparkClient::close);
        }
    }

    private static Object fetchAgainAndAgain(SparkClient client, Map<String, byte[]> expected) throws Exception {
        for (int round = 0; round < ROUNDS_AT_ONCE; round++) {
            assertSame(client.fetch(EXECUTOR, List.copyOf(expected.keySet())), expected);
        }
        return client;
    }

    /** Writes one map output with a block of each length; returns the blocks by their ids. */
    private static Map<String, byte[]> writeBlocks(LocalDirs dirs, int... lengths) throws Exception {
        Random random = new Random(lengths.length);
        Map<String, byte[]> blocks = new LinkedHashMap<>();
        for (int reduce = 0; reduce < lengths.length; reduce++) {
            byte[] block = new byte[lengths[reduce]];
            random.nextBytes(block);
            blocks.put("shuffle_0_0_" + reduce, block);
        }
        dirs.writeMapOutput(0, 0, List.copyOf(blocks.values()));
        return blocks;
    }

    private static void deleteAll(Path downloads) throws Exception {
        try (Stream<Path> files = Files.list(downloads)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private static void assertSame(Fetched fetched, Map<String, byte[]> expected) {
        assertThat(fetched.failures()).isEmpty();
        assertThat(fetched.blocks()).containsOnlyKeys(expected.keySet());
        expected.forEach(
                (id, block) -> assertThat(Arrays.equals(block, fetched.blocks().get(id)))
                        .as("%s is what was written", id)
                        .isTrue());
    }
}
