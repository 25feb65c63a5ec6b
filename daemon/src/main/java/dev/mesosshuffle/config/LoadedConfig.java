package dev.mesosshuffle.config;

import java.util.List;

/**
 * A configuration, and how it came about.
 *
 * @param config the configuration
 * @param settings every key's effective value, in the order of {@link ConfigKeys#all()}
 */
public record LoadedConfig(ServiceConfig config, List<EffectiveSetting> settings) {
    /** Keeps its own copy of the settings. */
    public LoadedConfig {
        settings = List.copyOf(settings);
    }

    /**
     * One key's effective value.
     *
     * @param key the key
     * @param value its value, masked if it is a secret
     * @param origin where it was set: {@code default}, a file, {@code -D}, {@code SPARK_LOCAL_DIRS} or {@code --conf}
     */
    public record EffectiveSetting(String key, String value, String origin) {}

    /** Key, value and origin in three columns, a line for each key. */
    public String table() {
        int keyWidth = settings.stream().mapToInt(s -> s.key().length()).max().orElse(0);
        int valueWidth =
                settings.stream().mapToInt(s -> s.value().length()).max().orElse(0);
        StringBuilder table = new StringBuilder();
        for (EffectiveSetting setting : settings) {
            table.append(pad(setting.key(), keyWidth))
                    .append("  ")
                    .append(pad(setting.value(), valueWidth))
                    .append("  ")
                    .append(setting.origin())
                    .append('\n');
        }
        return table.toString();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
