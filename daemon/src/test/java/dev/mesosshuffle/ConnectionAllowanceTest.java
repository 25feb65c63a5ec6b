package dev.mesosshuffle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.config.ConfigLoader;
import dev.mesosshuffle.config.ConfigSources;
import dev.mesosshuffle.config.ServiceConfig;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many connections are served, by what each may take. */
class ConnectionAllowanceTest {
    private static final long MIB = 1 << 20;

    private final ConnectionAllowance heapCounts = new ConnectionAllowance(1_000_000, 64 * MIB, 1024 * MIB);
    private final ConnectionAllowance buffersCount = new ConnectionAllowance(1_000_000, 1024 * MIB, 96 * MIB);

    @Test
    void countsWhatAConnectionInClearTakes() throws Exception {
        assertThat(heapCounts.connections(config(""))).isEqualTo(4096);
        assertThat(buffersCount.connections(config(""))).isEqualTo(3072);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spark.ssl.rpc.enabled=true",
                "spark.authenticate=true",
                "spark.authenticate=true,spark.mesos.shuffle.service.authentication=optional",
                "spark.authenticate=true,spark.network.crypto.enabled=false",
                "spark.authenticate=true,spark.network.crypto.saslFallback=false"
            })
    void countsWhatAnEncryptedConnectionTakesWhereThereCanBeOne(String settings) throws Exception {
        assertThat(heapCounts.connections(config(settings))).isEqualTo(1024);
        assertThat(buffersCount.connections(config(settings))).isEqualTo(1024);
    }

    @Test
    void isBoundedByDescriptors() throws Exception {
        assertThat(new ConnectionAllowance(500, 64 * MIB, 96 * MIB).connections(config("")))
                .isEqualTo(500);
        assertThat(new ConnectionAllowance(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE).connections(config("")))
                .isEqualTo(Integer.MAX_VALUE);
    }

    private static ServiceConfig config(String settings) throws Exception {
        Map<String, String> conf = new HashMap<>();
        conf.put("spark.authenticate.secret", "a secret of 26 characters!");
        conf.put("spark.ssl.rpc.keyStore", "/etc/store");
        for (String setting : settings.isEmpty() ? new String[0] : settings.split(",")) {
            conf.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return ConfigLoader.load(new ConfigSources(Map.of(), null, null, Map.of(), conf, 1L << 30))
                .config();
    }
}
