package dev.mesosshuffle.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whatever settings somebody writes, they are loaded, or rejected with one line. */
class ConfigLoaderFuzzTest {
    private static final List<String> KEYS =
            ConfigKeys.all().stream().map(ConfigKey::name).toList();

    @FuzzTest(maxDuration = "30s")
    void loadsOrRejects(FuzzedDataProvider data) {
        Map<String, String> settings = new HashMap<>();
        for (int i = data.consumeInt(1, 4); i > 0; i--) {
            String key = data.consumeBoolean() ? data.pickValue(KEYS) : data.consumeString(60);
            settings.put(key, data.consumeString(200));
        }
        Map<String, String> environment = Map.of("SPARK_LOCAL_DIRS", data.consumeRemainingAsString());
        try {
            LoadedConfig loaded =
                    ConfigLoader.load(new ConfigSources(environment, null, null, Map.of(), settings, 256L << 20));
            assertThat(loaded.config().disks().localRoots()).isNotEmpty();
        } catch (ConfigException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
