package dev.mesosshuffle;

import dev.mesosshuffle.config.LoadedConfig;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the daemon can tell about itself.
 *
 * @param version its version
 * @param settings returns every setting with the value that is in effect; for any thread
 */
record AboutDaemon(String version, Supplier<List<LoadedConfig.EffectiveSetting>> settings) {
    /** Nothing. */
    static final AboutDaemon UNKNOWN = new AboutDaemon("(unknown)", List::of);
}
