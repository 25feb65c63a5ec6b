package dev.mesosshuffle.benchmark.service;

import dev.mesosshuffle.benchmark.security.Protection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * In what a service differs from how users run it.
 *
 * @param memory what it may take, as SPARK_DAEMON_MEMORY has it
 * @param moreRoots roots that it may serve from beside those of the benchmark
 * @param settings of the daemon, by their keys; another service does not get them
 * @param protection how connections are protected
 */
public record Setup(String memory, List<Path> moreRoots, Map<String, String> settings, Protection protection) {
    /** In nothing; the memory is the default of all services, and what the page for users gives them. */
    public static final Setup USUAL = new Setup("1g", List.of(), Map.of(), Protection.NONE);

    public Setup {
        moreRoots = List.copyOf(moreRoots);
        settings = Map.copyOf(settings);
    }

    /** The same with this much memory. */
    public Setup withMemory(String other) {
        return new Setup(other, moreRoots, settings, protection);
    }

    /** The same with one more root. */
    public Setup withRoot(Path root) {
        List<Path> more = new ArrayList<>(moreRoots);
        more.add(root);
        return new Setup(memory, more, settings, protection);
    }

    /** The same with one more setting, which replaces one with the same key. */
    public Setup with(String key, String value) {
        Map<String, String> more = new HashMap<>(settings);
        more.put(key, value);
        return new Setup(memory, moreRoots, more, protection);
    }

    /** The same with connections that are protected otherwise. */
    public Setup with(Protection other) {
        return new Setup(memory, moreRoots, settings, other);
    }
}
