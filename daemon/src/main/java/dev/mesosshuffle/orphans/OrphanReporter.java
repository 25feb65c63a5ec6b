package dev.mesosshuffle.orphans;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells operators of orphans, once for as long as nothing changes. For any thread. */
final class OrphanReporter {
    private static final Logger logger = LoggerFactory.getLogger(OrphanReporter.class);

    private static final String PREFIX = "shuffleService.orphans.";

    /** How many are named in one line; the others are told at DEBUG. */
    private static final int NAMED = 5;

    private final Map<Path, List<Orphan>> byRoot = new ConcurrentHashMap<>();
    private final Set<Path> notSearched = ConcurrentHashMap.newKeySet();
    private final Map<Path, String> withheld = new ConcurrentHashMap<>();
    private final AtomicBoolean unknown = new AtomicBoolean();
    private final AtomicBoolean blindnessTold = new AtomicBoolean();

    private OrphanReporter() {}

    static OrphanReporter in(MetricRegistry metrics) {
        OrphanReporter report = new OrphanReporter();
        metrics.register(PREFIX + "dirs", (Gauge<Integer>)
                () -> report.byRoot.values().stream().mapToInt(List::size).sum());
        metrics.register(PREFIX + "bytes", (Gauge<Long>) () ->
                report.byRoot.values().stream().mapToLong(OrphanReporter::bytes).sum());
        return report;
    }

    Map<Path, List<Orphan>> lastFound() {
        return Map.copyOf(byRoot);
    }

    /** A registry cannot be read, or the intent to delete not be stored. */
    void unknown(String reason) {
        if (unknown.compareAndSet(false, true)) {
            logger.warn(
                    "Nothing is taken for an orphan, since what is registered cannot be told: {}. It is looked at again"
                            + " every hour.",
                    reason);
        }
    }

    /** A root cannot be searched. */
    void notSearched(Path root, Exception reason) {
        if (notSearched.add(root)) {
            logger.warn(
                    "Root {} cannot be searched for orphans, so that none is deleted there: {}. It is tried again every"
                            + " hour.",
                    root,
                    reason.toString());
        } else {
            logger.debug("{} cannot be searched for orphans", root, reason);
        }
    }

    /** A root was searched. */
    void searched(Path root) {
        if (notSearched.remove(root)) {
            logger.info("Root {} was searched for orphans again", root);
        }
    }

    /** All registries were read. */
    void known() {
        unknown.set(false);
    }

    /** Tells once that this process does not see what the host's other processes have open, if so. */
    void sight(@Nullable String blindness) {
        if (blindness != null && blindnessTold.compareAndSet(false, true)) {
            logger.info(
                    "Only what has not changed since the host's boot is taken for an orphan, since it cannot be told what"
                            + " is in use: {}",
                    blindness);
        }
    }

    /** Orphans were found, and stay. */
    void found(Path root, List<Orphan> orphans) {
        if (!note(root, orphans)) {
            return;
        }
        if (orphans.isEmpty()) {
            logger.info("No orphans under {} any more", root);
        } else {
            logger.info(
                    "Orphans under {}, which no registry names and nobody uses: {}. They go with"
                            + " spark.mesos.shuffle.service.orphans=delete (and cleanup=on), or by hand.",
                    root,
                    summary(root, orphans));
        }
    }

    /** Orphans were found, and stay though they were to be deleted. */
    void withheld(Path root, List<Orphan> orphans, String reason) {
        note(root, orphans);
        if (!orphans.isEmpty() && !reason.equals(withheld.put(root, reason))) {
            logger.warn(
                    "Orphans under {} are reported but not deleted, for a registry may name them: {}. Found: {}",
                    root,
                    reason,
                    summary(root, orphans));
        }
    }

    /** Orphans were found, and are being deleted. */
    void deleting(Path root, List<Orphan> orphans) {
        withheld.remove(root);
        note(root, orphans);
        if (!orphans.isEmpty()) {
            logger.info(
                    "Deleting orphans under {}, which no registry names and nobody uses: {}",
                    root,
                    summary(root, orphans));
        }
    }

    /** Returns whether other ones were found than the last time. */
    private boolean note(Path root, List<Orphan> orphans) {
        orphans.forEach(orphan -> logger.debug(
                "Orphan {}: {}, unchanged for {} s",
                orphan.dir().path(),
                HumanReadable.bytes(orphan.bytes()),
                orphan.quiet().toSeconds()));
        List<Orphan> before = orphans.isEmpty() ? byRoot.remove(root) : byRoot.put(root, List.copyOf(orphans));
        return !dirs(before == null ? List.of() : before).equals(dirs(orphans));
    }

    private static Set<LocalDir> dirs(List<Orphan> orphans) {
        return orphans.stream().map(Orphan::dir).collect(Collectors.toSet());
    }

    private static String summary(Path root, List<Orphan> orphans) {
        String names = orphans.stream()
                .limit(NAMED)
                .map(orphan -> root.relativize(orphan.dir().path()).toString())
                .collect(Collectors.joining(", "));
        int more = orphans.size() - NAMED;
        return orphans.size() + (orphans.size() == 1 ? " dir with " : " dirs with ")
                + HumanReadable.bytes(bytes(orphans)) + " (" + names + (more > 0 ? " and " + more + " more" : "") + ")";
    }

    private static long bytes(List<Orphan> orphans) {
        return orphans.stream().mapToLong(Orphan::bytes).sum();
    }
}
