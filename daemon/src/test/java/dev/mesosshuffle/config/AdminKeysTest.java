package dev.mesosshuffle.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mesosshuffle.model.AdminEndpoint;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AdminKeysTest {
    private static final String PREFIX = "spark.mesos.shuffle.service.admin.";
    private static final String KEY = PREFIX + "tls.privateKey";
    private static final String CHAIN = PREFIX + "tls.certChain";
    private static final String CREDENTIALS = PREFIX + "credentials.file";
    private static final String OPEN = PREFIX + "openEndpoints";

    private static LoadedConfig load(String... keysAndValues) throws ConfigException {
        Map<String, String> settings = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return ConfigLoader.load(new ConfigSources(Map.of(), null, null, Map.of(), settings, 512L << 20));
    }

    private static ServiceConfig.Admin admin(String... keysAndValues) throws ConfigException {
        return load(keysAndValues).config().admin();
    }

    @ParameterizedTest
    @CsvSource({"7337, 17337", "7338, 17338", "1, 10001", "55535, 65535", "55536, 0", "65535, 0", "0, 0"})
    void derivesThePortFromTheServicesSoThatNeighboursDoNotMeet(String servicePort, int expected)
            throws ConfigException {
        LoadedConfig loaded = load("spark.shuffle.service.port", servicePort);
        assertThat(loaded.config().admin().port()).isEqualTo(expected);
        assertThat(loaded.config().admin().isPortSet()).isFalse();
        assertThat(loaded.settings())
                .contains(new LoadedConfig.EffectiveSetting(PREFIX + "port", String.valueOf(expected), "default"));
    }

    @Test
    void knowsAPortThatIsSet() throws ConfigException {
        assertThat(admin(PREFIX + "port", "9000")).satisfies(admin -> {
            assertThat(admin.port()).isEqualTo(9000);
            assertThat(admin.isPortSet()).isTrue();
        });
        assertThat(admin(PREFIX + "port", "0").port()).isZero();
        assertThat(admin(PREFIX + "host", "127.0.0.2").isPortSet())
                .as("who sets a host means to have a server there")
                .isTrue();
        assertThatThrownBy(() -> load(PREFIX + "port", "65536"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("0 to 65535");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "::1"})
    void needsNothingOnTheLoopbackAddress(String host) throws ConfigException {
        assertThat(admin(PREFIX + "host", host).isLoopback()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.1", "node17", "127.0.0.1.nip.io", "1270.0.0.1"})
    void refusesToListenBeyondItWithoutProtection(String host) throws ConfigException {
        assertRefused(PREFIX + "host", host);
        assertRefused(PREFIX + "host", host, CREDENTIALS, "/c");
        assertRefused(PREFIX + "host", host, KEY, "/k", CHAIN, "/c");
        assertThat(admin(PREFIX + "host", host, KEY, "/k", CHAIN, "/c", CREDENTIALS, "/c")
                        .isLoopback())
                .isFalse();
        assertThat(admin(PREFIX + "host", host, OPEN, "metrics,health").openEndpoints())
                .containsExactlyInAnyOrder(AdminEndpoint.METRICS, AdminEndpoint.HEALTH);
        assertThat(admin(PREFIX + "host", host, PREFIX + "port", "0").port()).isZero();
    }

    private static void assertRefused(String... keysAndValues) {
        assertThatThrownBy(() -> load(keysAndValues))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("admin.host: others than this host could reach it, without TLS and credentials");
    }

    @Test
    void needsBothHalvesOfTls() {
        for (String half : new String[] {KEY, CHAIN}) {
            assertThatThrownBy(() -> load(half, "/x"))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("one of them without the other");
        }
    }

    @Test
    void knowsTheEndpointsByName() {
        assertThatThrownBy(() -> load(OPEN, "metrics,everything"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "metrics,everything from --conf (expected: some of metrics, health, page and api");
    }
}
