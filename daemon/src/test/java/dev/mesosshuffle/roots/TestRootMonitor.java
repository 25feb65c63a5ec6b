package dev.mesosshuffle.roots;

import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.probes.RootProbers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Creates monitors of roots for tests in other packages. */
public final class TestRootMonitor {
    private TestRootMonitor() {}

    /**
     * A monitor that knows what the roots were, and checks them in the caller's thread.
     *
     * @param registered the inodes of each root when directories below it were registered; read once
     */
    public static RootMonitor of(Map<Path, Set<Long>> registered) {
        return of(
                registered,
                RootProbers.inCallersThread(registered.keySet().stream().toList()));
    }

    /** The same, with probers that a test controls. */
    public static RootMonitor of(Map<Path, Set<Long>> registered, RootProbers probers) {
        RootMonitor monitor = new RootMonitor(() -> registered, Map::of, probers, EventRecorder.NONE);
        monitor.start();
        probers.probeAll();
        return monitor;
    }
}
