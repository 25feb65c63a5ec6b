package dev.mesosshuffle.config;

import static java.util.stream.Collectors.toMap;

import java.util.List;
import java.util.Map;

/**
 * A configuration and the source of each value. Some of its keys are reloadable: a running daemon applies them.
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
     * @param origin where it was set: {@code default}, a file, {@code -D}, {@code SPARK_LOCAL_DIRS},
     *     {@code STATE_DIRECTORY} or {@code --conf}
     */
    public record EffectiveSetting(String key, String value, String origin) {}

    /**
     * A key whose value is another one than before.
     *
     * @param key the key
     * @param before its value then, masked if it is a secret
     * @param now its value now, masked likewise
     */
    public record Change(String key, String before, String now) {}

    /**
     * What a newer configuration changes.
     *
     * @param reloadable whether to report the keys that a reload applies, or those that need a restart
     */
    public List<Change> changes(LoadedConfig newer, boolean reloadable) {
        Map<String, String> now =
                newer.settings.stream().collect(toMap(EffectiveSetting::key, EffectiveSetting::value));
        return settings.stream()
                .filter(setting -> ConfigKeys.isReloadable(setting.key()) == reloadable)
                .map(setting -> new Change(setting.key(), setting.value(), now.getOrDefault(setting.key(), "")))
                .filter(change -> !change.before().equals(change.now()))
                .toList();
    }

    /**
     * Returns every setting that is in effect once a newer configuration was applied: those that are reloadable are the newer
     * ones.
     */
    public List<EffectiveSetting> inEffectAfter(LoadedConfig newer) {
        Map<String, EffectiveSetting> now =
                newer.settings.stream().collect(toMap(EffectiveSetting::key, setting -> setting));
        return settings.stream()
                .map(setting ->
                        ConfigKeys.isReloadable(setting.key()) ? now.getOrDefault(setting.key(), setting) : setting)
                .toList();
    }

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
