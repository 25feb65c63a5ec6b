package dev.mesosshuffle.config;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** A file in Spark's syntax: Java properties in UTF-8, where a blank may stand between key and value. */
final class PropertiesFile {
    private PropertiesFile() {}

    /**
     * Reads the settings of a file.
     *
     * @return those whose key begins with {@code spark.}, without the blanks around their values
     * @throws ConfigException if the file cannot be read
     */
    static Map<String, String> read(Path file) throws ConfigException {
        Properties properties = new Properties();
        try (Reader reader = new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new ConfigException(file + ": no such file");
        } catch (AccessDeniedException e) {
            throw new ConfigException(file + ": no permission to read it");
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException(file + ": " + e.getMessage());
        }
        Map<String, String> settings = new HashMap<>();
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith("spark.")) {
                settings.put(key, properties.getProperty(key).strip());
            }
        }
        return settings;
    }
}
