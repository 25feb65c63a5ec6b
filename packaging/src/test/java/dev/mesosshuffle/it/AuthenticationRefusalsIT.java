package dev.mesosshuffle.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.it.client.ClientFixture;
import dev.mesosshuffle.it.client.LocalDirs;
import dev.mesosshuffle.it.client.SparkClient;
import dev.mesosshuffle.it.security.ProtectionMode;
import dev.mesosshuffle.it.security.SecuredService;
import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Real clients that cannot prove who they are, beside one that can. */
final class AuthenticationRefusalsIT {
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

    static Stream<Arguments> everyProofOfEveryVersion() {
        return Arrays.stream(ProtectionMode.values())
                .filter(mode -> mode.isKnownTo(ServiceKind.underTest()) && mode.authenticates())
                .flatMap(mode -> mode.versions().stream().map(version -> Arguments.of(mode, version)));
    }

    @ParameterizedTest
    @MethodSource("everyProofOfEveryVersion")
    void refusesAnotherSecretAndServesTheRightOne(ProtectionMode mode, SparkVersion version) throws Exception {
        ClientFixture bed = services.of(mode);
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);
        Map<String, String> wrong = mode.ofClients(services.certificates(), "another secret");

        try (SparkClient client = bed.connect(version, appId, wrong)) {
            assertThatThrownBy(() -> client.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir()))
                    .isNotNull();
        }

        dirs.writeMapOutput(0, 0, List.of(new byte[] {1}));
        try (SparkClient client = services.connect(mode, version, appId)) {
            assertThat(client.fetch("1", List.of("shuffle_0_0_0")).blocks()).isEmpty();
            client.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir());
            assertThat(client.fetch("1", List.of("shuffle_0_0_0")).blocks()).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsAClientThatDoesNotAuthenticate(SparkVersion version) throws Exception {
        if (!ProtectionMode.SASL.isKnownTo(ServiceKind.underTest())) {
            return;
        }
        ClientFixture bed = services.of(ProtectionMode.SASL);
        String appId = bed.newAppId(version);
        LocalDirs dirs = bed.newLocalDirs(appId, 1);

        try (SparkClient client = bed.connect(version, appId, Map.of())) {
            assertThatThrownBy(() -> client.registerExecutor("1", dirs.names(), dirs.subDirsPerLocalDir()))
                    .hasStackTraceContaining("Expected SaslMessage, received something else");
        }
    }
}
