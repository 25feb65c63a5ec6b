package dev.mesosshuffle.config;

import java.time.Duration;
import java.util.List;

/** The keys about what the daemon says of itself. */
final class DiagnosticKeys {
    static final ConfigKey<Boolean> JSON_LOG = new ConfigKey<>(
            ConfigKeys.OWN_PREFIX + "log.format",
            "text",
            ValueParsers.oneOf("json", "text"),
            false,
            "How the log's lines look: text, as Spark's, or json, one object per line. Without effect if there is a"
                    + " conf/logback.xml.");

    static final ConfigKey<Duration> SLOW_FETCH = new ConfigKey<>(
            ConfigKeys.OWN_PREFIX + "slowFetch",
            "5s",
            ValueParsers.secondsOrNever(),
            false,
            "Logs where the time went when blocks take longer than this from the request until they are sent; 0"
                    + " disables it. At most one line of each level a minute for each disk.");

    private DiagnosticKeys() {}

    static List<ConfigKey<?>> all() {
        return List.of(JSON_LOG, SLOW_FETCH);
    }

    static ServiceConfig.Diagnostics read(ConfigLoader loader) {
        return new ServiceConfig.Diagnostics(loader.value(JSON_LOG), loader.value(SLOW_FETCH));
    }
}
