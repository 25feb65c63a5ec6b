package dev.mesosshuffle.roots;

import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.host.RootIdentity;
import dev.mesosshuffle.host.RootUnavailableException;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.probes.RootSnapshot;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares each root with what it was when the dirs below it were registered. Warns the operator once when a root differs,
 * for example because its disk was unmounted, and logs once when it is the same again. Code that acts on a root checks it
 * again itself.
 *
 * <p><b>Concurrency:</b> for any thread. Works with the snapshots of {@link RootProbers}, except for {@link
 * #unavailabilityReason}.
 */
public final class RootMonitor {
    private static final Logger logger = LoggerFactory.getLogger(RootMonitor.class);

    private final Supplier<Map<Path, Set<Long>>> registered;
    private final Supplier<Map<Path, Set<Long>>> removals;
    private final RootProbers probers;
    private final EventRecorder events;

    /** As of the last round of probes: a fetch must not iterate over all applications. */
    private volatile Map<Path, Set<Long>> expected = Map.of();

    private final Set<Path> unavailable = ConcurrentHashMap.newKeySet();

    /**
     * Creates a monitor.
     *
     * @param registered the roots of applications' dirs, each with its inodes when these were registered
     * @param removals the same of the dirs that are to be deleted
     * @param events keeps which root is missing, or back
     */
    public RootMonitor(
            Supplier<Map<Path, Set<Long>>> registered,
            Supplier<Map<Path, Set<Long>>> removals,
            RootProbers probers,
            EventRecorder events) {
        this.registered = registered;
        this.removals = removals;
        this.probers = probers;
        this.events = events;
    }

    /** Starts to compare the roots, which are probed from now on. */
    public void start() {
        probers.beforeEachRound(this::updateExpected);
        probers.addListener(this::probed);
    }

    private void updateExpected() {
        Map<Path, Set<Long>> now = readExpected();
        expected = now;
        unavailable.retainAll(now.keySet());
        now.keySet().forEach(probers::watch);
    }

    private void probed(Path root, @Nullable RootSnapshot snapshot, @Nullable IOException failure) {
        Set<Long> inodes = expected.get(root);
        if (inodes == null) {
            return;
        }
        if (snapshot != null) {
            var unused = report(
                    root, RootIdentity.unavailabilityReason(root, snapshot.realPath(), snapshot.inode(), inodes));
        } else if (failure instanceof NoSuchFileException) {
            var unused = report(root, RootIdentity.unreadable(failure));
        }
        // Otherwise the disk itself fails, which its prober has logged.
    }

    /**
     * Returns whether work on a root would hang now. Does not work on the disk.
     *
     * @param root its real or its configured path
     * @return whether a probe of it is overdue
     */
    public boolean isUnresponsive(Path root) {
        return probers.isUnresponsive(root);
    }

    /**
     * Compares a root now. Works on the disk.
     *
     * @param root the root, a real path
     * @return why it is not what it was when dirs below it were registered; null if it is, or if nothing was registered
     */
    public @Nullable String unavailabilityReason(Path root) {
        Set<Long> inodes = expected.get(root);
        return inodes == null ? null : compare(root, inodes);
    }

    private Map<Path, Set<Long>> readExpected() {
        Map<Path, Set<Long>> all = new HashMap<>();
        registered.get().forEach((root, inodes) -> all.put(root, new HashSet<>(inodes)));
        removals.get()
                .forEach((root, inodes) ->
                        all.computeIfAbsent(root, r -> new HashSet<>()).addAll(inodes));
        return all;
    }

    private @Nullable String compare(Path root, Set<Long> inodes) {
        try {
            RootIdentity.check(root, null);
            for (Long inode : inodes) {
                RootIdentity.check(root, inode);
            }
        } catch (RootUnavailableException e) {
            // Where the disk itself fails, its prober logs that.
            return e.isConfirmed() ? report(root, e.getMessage()) : e.getMessage();
        }
        return report(root, null);
    }

    private @Nullable String report(Path root, @Nullable String reason) {
        if (reason != null) {
            if (unavailable.add(root)) {
                events.record(EventKind.DISK, "", "root " + root + " is not what it was: " + reason);
                logger.warn(
                        "Root {} is not what it was: {}. Is its disk mounted? Until it is, executors with dirs there are"
                                + " kept but cannot be served, and no registered dir is deleted there.",
                        root,
                        reason);
            }
        } else if (unavailable.remove(root)) {
            events.record(EventKind.DISK, "", "root " + root + " is what it was again");
            logger.info(
                    "Root {} is what it was again: executors with dirs there are served, and removals continue", root);
        }
        return reason;
    }
}
