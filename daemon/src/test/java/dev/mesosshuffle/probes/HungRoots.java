package dev.mesosshuffle.probes;

import dev.mesosshuffle.events.EventRecorder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Roots of which some never answer; the others do at once, in the caller's thread. */
public final class HungRoots {
    private final RootProbers probers;
    private final List<Runnable> waiting = new ArrayList<>();
    private long now;

    /**
     * Makes them.
     *
     * @param roots all of them
     * @param hung those that hang, which may change
     */
    public HungRoots(List<Path> roots, Set<Path> hung) {
        probers = new RootProbers(
                roots,
                () -> root -> {
                    if (hung.contains(root)) {
                        throw new AssertionError("somebody would hang: " + root);
                    }
                    return RootSnapshot.of(root, path -> FileSystemUsage.Inodes.UNKNOWN);
                },
                root -> task -> {
                    if (hung.contains(root)) {
                        waiting.add(task);
                    } else {
                        task.run();
                    }
                },
                () -> now,
                EventRecorder.NONE);
    }

    public RootProbers probers() {
        return probers;
    }

    /** Lets so much time pass that it is noticed. */
    public void notice() {
        probers.probeAll();
        now += Duration.ofMinutes(1).toNanos();
    }

    /** What hung is done now. */
    public void comeBack() {
        waiting.forEach(Runnable::run);
        waiting.clear();
    }
}
