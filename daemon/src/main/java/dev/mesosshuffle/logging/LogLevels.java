package dev.mesosshuffle.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The levels of loggers, as Logback's file sets them now. Appenders and patterns stay as they were.
 * Used by one thread at a time.
 */
public final class LogLevels {
    private final LoggerContext running;
    private final @Nullable Path file;

    /**
     * Creates log levels.
     *
     * @param running whose loggers' levels change
     * @param file Logback's configuration, which need not be there; null if there is no place for it
     */
    public LogLevels(LoggerContext running, @Nullable Path file) {
        this.running = running;
        this.file = file;
    }

    /**
     * Reads the file, and changes nothing yet.
     *
     * @return the level of each logger that has one of its own, by name
     * @throws IOException if the file is none of Logback's
     */
    public Map<String, Level> read() throws IOException {
        if (file == null || Files.notExists(file)) {
            return levels(running);
        }
        LoggerContext fresh = new LoggerContext();
        try {
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(fresh);
            configurator.doConfigure(file.toFile());
            return levels(fresh);
        } catch (JoranException e) {
            throw new IOException(file + ": " + ErrorMessages.of(e.getCause() == null ? e : e.getCause()), e);
        } finally {
            fresh.stop();
        }
    }

    /**
     * Sets levels; a logger that is not named has that of the one above it.
     *
     * @return what has changed, for users to read
     */
    public List<String> apply(Map<String, Level> wanted) {
        Map<String, Level> before = levels(running);
        Map<String, @Nullable Level> names = new TreeMap<>(before);
        names.putAll(wanted);
        List<String> changes = new ArrayList<>();
        for (String name : names.keySet()) {
            Logger logger = running.getLogger(name);
            Level old = logger.getEffectiveLevel();
            logger.setLevel(wanted.get(name));
            if (!logger.getEffectiveLevel().equals(old)) {
                changes.add("the log level of " + name + " is " + logger.getEffectiveLevel() + " (was " + old + ")");
            }
        }
        return changes;
    }

    private static Map<String, Level> levels(LoggerContext context) {
        Map<String, Level> levels = new TreeMap<>();
        for (Logger logger : context.getLoggerList()) {
            Level level = logger.getLevel();
            if (level != null) {
                levels.put(logger.getName(), level);
            }
        }
        return levels;
    }
}
