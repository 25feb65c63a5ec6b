package dev.mesosshuffle.config;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where settings may come from, as found at the start.
 *
 * @param environment the process's environment; {@code SPARK_CONF_DIR}, {@code SPARK_LOCAL_DIRS},
 *     {@code STATE_DIRECTORY} and {@code _SPARK_AUTH_SECRET} are read
 * @param confFile the distribution's own file, which may be missing
 * @param propertiesFile the file that was named on the command line
 * @param systemProperties the JVM's system properties; those that begin with {@code spark.} are settings
 * @param commandLine what was given with {@code --conf}
 * @param maxHeapBytes the largest heap this JVM can have
 */
public record ConfigSources(
        Map<String, String> environment,
        @Nullable Path confFile,
        @Nullable Path propertiesFile,
        Map<String, String> systemProperties,
        Map<String, String> commandLine,
        long maxHeapBytes) {
    /** Keeps its own copies. */
    public ConfigSources {
        environment = Map.copyOf(environment);
        systemProperties = Map.copyOf(systemProperties);
        commandLine = Map.copyOf(commandLine);
    }
}
