package dev.mesosshuffle.it;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.it.client.ClientFixture;
import dev.mesosshuffle.it.client.Connections;
import dev.mesosshuffle.it.client.Fetched;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way in which a client of any version fetches blocks, compared byte by byte with the files. */
final class ClientFetchIT {
    private static final String EXECUTOR = "1";
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static ClientFixture bed;

    private final Random random = new Random(42);

    @BeforeAll
    static void startService() throws Exception {
        bed = ClientFixture.start(ServiceSettings.in(folder, ServiceKind.underTest()));
    }

    @AfterAll
    static void stopService() throws Exception {
        bed.close();
    }

    @ParameterizedTest
    @EnumSource
    void fetchesManySmallBlocksOfTwoDisks(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 2);
        Map<String, byte[]> expected = new LinkedHashMap<>();
        for (int map = 0; map < 40; map++) {
            List<byte[]> blocks = blocks(20, 3 * KIB);
            dirs.writeMapOutput(0, map, blocks);
            for (int reduce = 0; reduce < blocks.size(); reduce++) {
                expected.put("shuffle_0_" + map + "_" + reduce, blocks.get(reduce));
            }
        }

        try (SparkClient client = registered(version, appId, dirs, Map.of())) {
            assertSame(client.fetch(EXECUTOR, List.copyOf(expected.keySet())), expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fetchesALargeBlockBesideAnEmptyOne(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        byte[] large = bytes(8 * MIB + 1);
        dirs.writeMapOutput(3, 7, List.of(new byte[0], large, new byte[0]));

        try (SparkClient client = registered(version, appId, dirs, Map.of())) {
            assertSame(
                    client.fetch(EXECUTOR, List.of("shuffle_3_7_0", "shuffle_3_7_1", "shuffle_3_7_2")),
                    Map.of("shuffle_3_7_0", new byte[0], "shuffle_3_7_1", large, "shuffle_3_7_2", new byte[0]));
        }
    }

    @ParameterizedTest
    @EnumSource
    void fetchesToDisk(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        List<byte[]> blocks = List.of(bytes(5 * MIB), bytes(10), bytes(2 * MIB));
        dirs.writeMapOutput(0, 0, blocks);
        Path downloads = Files.createDirectories(folder.resolve("downloads"));

        try (SparkClient client = registered(version, appId, dirs, Map.of())) {
            assertSame(
                    client.fetchToDisk(EXECUTOR, List.of("shuffle_0_0_0", "shuffle_0_0_1", "shuffle_0_0_2"), downloads),
                    Map.of(
                            "shuffle_0_0_0", blocks.get(0),
                            "shuffle_0_0_1", blocks.get(1),
                            "shuffle_0_0_2", blocks.get(2)));
        }
    }

    @ParameterizedTest
    @EnumSource(from = "V3_0_3")
    void fetchesABatchOfBlocksAsOne(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        List<byte[]> first = blocks(10, 20 * KIB);
        List<byte[]> second = blocks(10, 20 * KIB);
        dirs.writeMapOutput(0, 5, first);
        dirs.writeMapOutput(0, 6, second);

        try (SparkClient client = registered(version, appId, dirs, Map.of())) {
            assertSame(
                    client.fetch(EXECUTOR, List.of("shuffle_0_5_0_4", "shuffle_0_6_3_10")),
                    Map.of(
                            "shuffle_0_5_0_4", LocalDirs.concatenate(first.subList(0, 4)),
                            "shuffle_0_6_3_10", LocalDirs.concatenate(second.subList(3, 10))));
        }
    }

    @ParameterizedTest
    @EnumSource(from = "V3_0_3")
    void fetchesInTheOldProtocol(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        List<byte[]> blocks = blocks(2, 20 * KIB);
        dirs.writeMapOutput(0, 1, blocks);

        try (SparkClient client =
                registered(version, appId, dirs, Map.of("spark.shuffle.useOldFetchProtocol", "true"))) {
            assertSame(
                    client.fetch(EXECUTOR, List.of("shuffle_0_1_1", "shuffle_0_1_0")),
                    Map.of("shuffle_0_1_0", blocks.get(0), "shuffle_0_1_1", blocks.get(1)));
        }
    }

    @ParameterizedTest
    @EnumSource(from = "V3_0_3")
    void fetchesAMapIdThatIsLong(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        List<byte[]> blocks = blocks(1, KIB);
        dirs.writeMapOutput(0, 5_000_000_000L, blocks);

        try (SparkClient client = registered(version, appId, dirs, Map.of())) {
            assertSame(
                    client.fetch(EXECUTOR, List.of("shuffle_0_5000000000_0")),
                    Map.of("shuffle_0_5000000000_0", blocks.get(0)));
        }
    }

    @ParameterizedTest
    @EnumSource(from = "V3_0_3")
    void fetchesPersistedRddBlocks(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 2);
        byte[] first = bytes(100 * KIB);
        byte[] second = bytes(1);
        dirs.write("rdd_4_0", first);
        dirs.write("rdd_4_1", second);

        try (SparkClient client = registered(version, appId, dirs, Map.of())) {
            assertSame(
                    client.fetch(EXECUTOR, List.of("rdd_4_0", "rdd_4_1")), Map.of("rdd_4_0", first, "rdd_4_1", second));
        }
    }

    @ParameterizedTest
    @EnumSource
    void failsTheBlocksOfAnUnknownExecutorAndKeepsTheConnection(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        List<byte[]> blocks = blocks(1, KIB);
        dirs.writeMapOutput(0, 0, blocks);
        Set<String> before = Connections.to(bed.port());

        try (SparkClient client = registered(version, appId, dirs, Map.of())) {
            // The connection over which an executor registers is closed at once; this one stays.
            client.fetch(EXECUTOR, List.of("shuffle_0_0_0"));
            Set<String> own = new HashSet<>(Connections.to(bed.port()));
            own.removeAll(before);

            Fetched unknown = client.fetch("no-such-executor", List.of("shuffle_0_0_0", "shuffle_0_0_1"));

            assertThat(unknown.blocks()).isEmpty();
            assertThat(unknown.failures()).containsOnlyKeys("shuffle_0_0_0", "shuffle_0_0_1");
            assertSame(client.fetch(EXECUTOR, List.of("shuffle_0_0_0")), Map.of("shuffle_0_0_0", blocks.get(0)));
            assertThat(own).isNotEmpty();
            assertThat(Connections.to(bed.port())).containsAll(own);
        }
    }

    @ParameterizedTest
    @EnumSource
    void failsABlockWhoseFileIsMissing(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        List<byte[]> blocks = blocks(1, KIB);
        dirs.writeMapOutput(0, 0, blocks);

        try (SparkClient client = registered(version, appId, dirs, Map.of())) {
            Fetched missing = client.fetch(EXECUTOR, List.of("shuffle_0_99_0"));

            assertThat(missing.blocks()).isEmpty();
            assertThat(missing.failures()).containsOnlyKeys("shuffle_0_99_0");
        }
    }

    private SparkClient registered(SparkVersion version, String appId, LocalDirs dirs, Map<String, String> conf)
            throws Exception {
        SparkClient client = bed.connect(version, appId, conf);
        client.registerExecutor(EXECUTOR, dirs.names(), dirs.subDirsPerLocalDir());
        return client;
    }

    private List<byte[]> blocks(int count, int longest) {
        return IntStream.range(0, count)
                .mapToObj(i -> bytes(random.nextInt(longest + 1)))
                .toList();
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static void assertSame(Fetched fetched, Map<String, byte[]> expected) {
        assertThat(fetched.failures()).isEmpty();
        assertThat(fetched.blocks()).containsOnlyKeys(expected.keySet());
        Map<String, Boolean> same = expected.entrySet().stream()
                .collect(toMap(
                        Map.Entry::getKey,
                        block ->
                                Arrays.equals(block.getValue(), fetched.blocks().get(block.getKey()))));
        assertThat(same).doesNotContainValue(false);
    }
}
