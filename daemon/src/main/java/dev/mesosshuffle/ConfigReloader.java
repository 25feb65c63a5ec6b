package dev.mesosshuffle;

import ch.qos.logback.classic.Level;
import dev.mesosshuffle.config.ConfigException;
import dev.mesosshuffle.config.LoadedConfig;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.LogLevels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again and applies what may change while the daemon runs: all of it, or nothing if anything is
 * invalid. One line is logged with what has changed, and what needs a restart. For any thread.
 */
final class ConfigReloader implements Runnable {
    private static final Logger logger = LoggerFactory.getLogger(ConfigReloader.class);

    private final LoadedConfig started;
    private final Source source;
    private final Consumer<ServiceConfig> limits;
    private final LogLevels logLevels;
    private volatile LoadedConfig current;

    /** Where a configuration comes from. */
    interface Source {
        LoadedConfig load() throws ConfigException;
    }

    /**
     * Creates a reloader.
     *
     * @param started the configuration that the daemon was started with
     * @param source reads it again
     * @param limits receives each new configuration
     * @param logLevels reads and applies the levels of loggers
     */
    ConfigReloader(LoadedConfig started, Source source, Consumer<ServiceConfig> limits, LogLevels logLevels) {
        this.started = started;
        this.source = source;
        this.limits = limits;
        this.logLevels = logLevels;
        this.current = started;
    }

    /** Returns every setting with the value that is in effect. */
    List<LoadedConfig.EffectiveSetting> settings() {
        return started.inEffectAfter(current);
    }

    @Override
    public synchronized void run() {
        LoadedConfig loaded;
        Map<String, Level> levels;
        try {
            loaded = source.load();
            levels = logLevels.read();
        } catch (ConfigException | IOException e) {
            logger.warn("Not reloaded, the current settings stay in effect: {}", ErrorMessages.of(e));
            return;
        }
        List<String> changes = new ArrayList<>();
        for (LoadedConfig.Change change : current.changes(loaded, true)) {
            changes.add(change.key() + " is " + change.now() + " (was " + change.before() + ")");
        }
        limits.accept(loaded.config());
        current = loaded;
        changes.addAll(logLevels.apply(levels));
        for (LoadedConfig.Change change : started.changes(loaded, false)) {
            changes.add(change.key() + " stays " + change.before() + " until a restart (then " + change.now() + ")");
        }
        logger.info("Reloaded: {}", changes.isEmpty() ? "nothing has changed" : String.join("; ", changes));
    }
}
