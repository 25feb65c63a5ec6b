package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.it.client.ClientFixture;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.Adler32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients since 3.0 ask beside blocks. */
final class ClientRequestsIT {
    private static final byte[] BLOCK = "the bytes of a block".getBytes(StandardCharsets.UTF_8);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static ClientFixture bed;

    @BeforeAll
    static void startService() throws Exception {
        bed = ClientFixture.start(ServiceSettings.in(folder, ServiceKind.underTest()));
    }

    @AfterAll
    static void stopService() throws Exception {
        bed.close();
    }

    @ParameterizedTest
    @EnumSource(from = "V3_0_3")
    void tellsTheLocalDirsOfEachExecutor(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs first = bed.newLocalDirs(appId + "-1", 2);
        LocalDirs second = bed.newLocalDirs(appId + "-2", 1);

        try (SparkClient client = bed.connect(version, appId, Map.of())) {
            client.registerExecutor("1", first.names(), first.subDirsPerLocalDir());
            client.registerExecutor("2", second.names(), second.subDirsPerLocalDir());

            assertThat(client.hostLocalDirs(List.of("1", "2")))
                    .containsOnly(Map.entry("1", first.names()), Map.entry("2", second.names()));
        }
    }

    @ParameterizedTest
    @EnumSource(from = "V3_0_3")
    void refusesTheLocalDirsOfAllWhenOneExecutorIsUnknown(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);

        try (SparkClient client = bed.connect(version, appId, Map.of())) {
            client.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir());

            assertThatThrownBy(() -> client.hostLocalDirs(List.of("1", "2")))
                    .hasRootCauseInstanceOf(RuntimeException.class);
            assertThat(client.hostLocalDirs(List.of("1"))).containsOnlyKeys("1");
        }
    }

    @ParameterizedTest
    @EnumSource(from = "V3_0_3")
    void removesBlocksAndCountsThem(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 2);
        Path removed = dirs.write("rdd_1_0", BLOCK);
        Path alsoRemoved = dirs.write("rdd_1_1", BLOCK);
        Path kept = dirs.write("rdd_1_2", BLOCK);

        try (SparkClient client = bed.connect(version, appId, Map.of())) {
            client.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir());

            assertThat(client.removeBlocks("1", List.of("rdd_1_0", "rdd_1_1", "rdd_1_99")))
                    .isEqualTo(2);
        }
        assertThat(removed).doesNotExist();
        assertThat(alsoRemoved).doesNotExist();
        assertThat(kept).hasBinaryContent(BLOCK);
    }

    @ParameterizedTest
    @EnumSource(from = "V3_2_4")
    void tellsWhereABlockWasCorrupted(SparkVersion version) throws Exception {
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        dirs.writeMapOutput(0, 1, List.of(BLOCK, BLOCK));
        long written = checksum(BLOCK);
        dirs.writeChecksums(0, 1, "ADLER32", written, written + 1);

        try (SparkClient client = bed.connect(version, appId, Map.of())) {
            client.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir());

            assertThat(client.diagnoseCorruption("1", 0, 1, 0, written, "ADLER32"))
                    .isEqualTo("CHECKSUM_VERIFY_PASS");
            assertThat(client.diagnoseCorruption("1", 0, 1, 0, written + 1, "ADLER32"))
                    .isEqualTo("NETWORK_ISSUE");
            assertThat(client.diagnoseCorruption("1", 0, 1, 1, written, "ADLER32"))
                    .isEqualTo("DISK_ISSUE");
            assertThat(client.diagnoseCorruption("1", 0, 99, 0, written, "ADLER32"))
                    .isEqualTo("UNKNOWN_ISSUE");
        }
    }

    private static long checksum(byte[] bytes) {
        Adler32 checksum = new Adler32();
        checksum.update(bytes);
        return checksum.getValue();
    }
}
