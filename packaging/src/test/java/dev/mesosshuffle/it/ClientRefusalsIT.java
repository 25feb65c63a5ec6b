package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.it.client.ClientFixture;
import dev.mesosshuffle.it.client.Connections;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.process.Await;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.service.ServiceSettings;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the service does not do for clients since 3.0, and what becomes of their connection. */
final class ClientRefusalsIT {
    private static final byte PUSH_BLOCK_STREAM = 11;
    private static final byte NO_SUCH_MESSAGE = 99;
    private static final Map<String, String> PATIENT =
            Map.of("spark.shuffle.io.maxRetries", "10", "spark.shuffle.io.retryWait", "100ms");
    private static final Duration CLOSING = Duration.ofSeconds(20);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static ClientFixture bed;

    @BeforeAll
    static void startService() throws Exception {
        bed = ClientFixture.start(ServiceSettings.in(folder, ServiceKind.underTest()));
    }

    @AfterAll
    static void stopService() {
        bed.close();
    }

    @ParameterizedTest
    @EnumSource(from = "V3_2_4")
    void failsToFinalizeAMergeAndKeepsTheConnection(SparkVersion version) throws Exception {
        try (SparkClient client = connected(version)) {
            assertFailsAndKeepsTheConnection(client, () -> client.finalizeShuffleMerge(0), "shuffle block merge");
        }
    }

    @ParameterizedTest
    @EnumSource(from = "V3_0_3")
    void failsAMessageThatIsNoneAndKeepsTheConnection(SparkVersion version) throws Exception {
        try (SparkClient client = connected(version)) {
            assertFailsAndKeepsTheConnection(
                    client, () -> client.call(new byte[] {NO_SUCH_MESSAGE}), "Unknown message type");
            assertFailsAndKeepsTheConnection(client, () -> client.call(new byte[] {PUSH_BLOCK_STREAM}), "");
            assertFailsAndKeepsTheConnection(client, () -> client.call(new byte[0]), "");
        }
    }

    @ParameterizedTest
    @EnumSource(from = "V3_0_3")
    void failsAnUploadAndClosesTheConnection(SparkVersion version) throws Exception {
        try (SparkClient client = connected(version, PATIENT)) {
            Set<String> own = Connections.to(bed.port());

            assertThatThrownBy(() -> client.upload(new byte[100_000])).isNotNull();

            Await.until("the end of the connection", CLOSING, () -> Collections.disjoint(open(), own));
            assertThat(client.fetch("1", List.of("shuffle_0_0_0")).blocks()).hasSize(1);
        }
    }

    private static SparkClient connected(SparkVersion version) throws Exception {
        return connected(version, Map.of());
    }

    private static SparkClient connected(SparkVersion version, Map<String, String> conf) throws Exception {
        Await.until("the end of earlier connections", CLOSING, () -> open().isEmpty());
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        dirs.writeMapOutput(0, 0, List.of(new byte[] {1}));
        SparkClient client = bed.connect(version, appId, conf);
        client.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir());
        assertThat(client.fetch("1", List.of("shuffle_0_0_0")).blocks()).hasSize(1);
        return client;
    }

    private static void assertFailsAndKeepsTheConnection(SparkClient client, ThrowingCallable request, String message)
            throws Exception {
        Set<String> own = open();

        assertThatThrownBy(request).hasMessageContaining(message);

        assertThat(client.fetch("1", List.of("shuffle_0_0_0")).blocks()).hasSize(1);
        assertThat(open()).isEqualTo(own);
    }

    private static Set<String> open() {
        try {
            return Connections.to(bed.port());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
