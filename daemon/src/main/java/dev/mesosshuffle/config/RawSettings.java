package dev.mesosshuffle.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The text of every setting, from the source that counts. */
final class RawSettings {
    /** The origin of what the command line of the JVM sets, which other users of the host can see. */
    static final String FROM_JVM = "-D";

    /** The origin of what the command line sets. */
    static final String FROM_COMMAND_LINE = "--conf";

    private final SortedMap<String, Setting> byKey;

    private RawSettings(SortedMap<String, Setting> byKey) {
        this.byKey = byKey;
    }

    /**
     * A setting's text.
     *
     * @param value as it was written, without the blanks around it
     * @param origin where it was written
     */
    record Setting(String value, String origin) {}

    /**
     * Reads all sources, from the weakest to the strongest.
     *
     * @param errors receives a line for each file that cannot be read
     */
    static RawSettings read(ConfigSources sources, List<String> errors) {
        SortedMap<String, Setting> byKey = new TreeMap<>();
        String sparkConfDir = sources.environment().getOrDefault("SPARK_CONF_DIR", "");
        if (!sparkConfDir.isEmpty()) {
            putFile(byKey, Path.of(sparkConfDir, "spark-defaults.conf"), false, errors);
        }
        putFile(byKey, sources.confFile(), false, errors);
        putFile(byKey, sources.propertiesFile(), true, errors);
        Map<String, String> fromJvm = new HashMap<>(sources.systemProperties());
        fromJvm.keySet().removeIf(key -> !key.startsWith("spark."));
        putAll(byKey, fromJvm, FROM_JVM);
        String localDirs = sources.environment().getOrDefault("SPARK_LOCAL_DIRS", "");
        if (!localDirs.isBlank()) {
            putAll(byKey, Map.of(ConfigKeys.LOCAL_DIR.name(), localDirs), "SPARK_LOCAL_DIRS");
        }
        putAll(byKey, sources.commandLine(), FROM_COMMAND_LINE);
        String secret = sources.environment().getOrDefault(AuthenticationKeys.SECRET_VARIABLE, "");
        if (!secret.isEmpty()) {
            // As it is: Spark strips no blanks of this one.
            byKey.put(AuthenticationKeys.SECRET.name(), new Setting(secret, AuthenticationKeys.SECRET_VARIABLE));
        }
        TlsKeys.addFallbacks(byKey, sources.environment());
        return new RawSettings(byKey);
    }

    @Nullable
    Setting get(ConfigKey<?> key) {
        return byKey.get(key.name());
    }

    /** All of them, those of other programs included, by key. */
    List<Map.Entry<String, Setting>> all() {
        return new ArrayList<>(byKey.entrySet());
    }

    private static void putFile(
            Map<String, Setting> byKey, @Nullable Path file, boolean mustExist, List<String> errors) {
        if (file == null || (!mustExist && Files.notExists(file))) {
            return;
        }
        try {
            putAll(byKey, PropertiesFile.read(file), file.toString());
        } catch (ConfigException e) {
            errors.add(String.valueOf(e.getMessage()));
        }
    }

    private static void putAll(Map<String, Setting> byKey, Map<String, String> values, String origin) {
        values.forEach((key, value) -> byKey.put(key, new Setting(value.strip(), origin)));
    }
}
