package dev.mesosshuffle.orphans;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.model.LocalDir;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports orphans to operators, once for as long as nothing changes. For any thread. */
final class OrphanReporter {
    private static final Logger logger = LoggerFactory.getLogger(OrphanReporter.class);

    private static final String PREFIX = "shuffleService.orphans.";

    /** How many orphans one line names; the others are logged at DEBUG. */
    private static final int MAX_NAMED = 5;

    private final Map<Path, List<Orphan>> byRoot = new ConcurrentHashMap<>();
    private final Set<Path> failed = ConcurrentHashMap.newKeySet();
    private final Map<Path, String> withheld = new ConcurrentHashMap<>();
    private final AtomicBoolean unavailable = new AtomicBoolean();
    private final AtomicBoolean gapLogged = new AtomicBoolean();

    /** When each root was last scanned; before its first scan, when that was first due. */
    private final Map<Path, Long> scannedAt = new ConcurrentHashMap<>();

    private final Ticker ticker;

    private OrphanReporter(Ticker ticker) {
        this.ticker = ticker;
    }

    static OrphanReporter in(MetricRegistry metrics, Ticker ticker) {
        OrphanReporter report = new OrphanReporter(ticker);
        metrics.register(PREFIX + "lastScanSeconds", (Gauge<Long>) report::lastScanSeconds);
        metrics.register(PREFIX + "dirs", (Gauge<Integer>)
                () -> report.byRoot.values().stream().mapToInt(List::size).sum());
        metrics.register(PREFIX + "bytes", (Gauge<Long>) () ->
                report.byRoot.values().stream().mapToLong(OrphanReporter::bytes).sum());
        return report;
    }

    Map<Path, List<Orphan>> lastFound() {
        return Map.copyOf(byRoot);
    }

    /** A registry cannot be read, or an intent cannot be stored. */
    void unavailable(String reason) {
        if (unavailable.compareAndSet(false, true)) {
            logger.warn(
                    "No directory counts as an orphan, because what is registered cannot be determined: {}. This is checked"
                            + " again every hour.",
                    reason);
        }
    }

    /** A root cannot be scanned. */
    void scanFailed(Path root, Exception reason) {
        if (failed.add(root)) {
            logger.warn(
                    "Root {} cannot be scanned for orphans, so that none is deleted there: {}. It is retried every hour.",
                    root,
                    reason.toString());
        } else {
            logger.debug("{} cannot be scanned for orphans", root, reason);
        }
    }

    /** A root is to be scanned. From now on its age counts, whether or not that ever succeeds. */
    void due(Path root) {
        scannedAt.putIfAbsent(root, ticker.read());
    }

    /** Returns the age of the oldest of the roots' last scans; -1 if none was ever due. */
    private long lastScanSeconds() {
        long now = ticker.read();
        return scannedAt.values().stream()
                .mapToLong(at -> TimeUnit.NANOSECONDS.toSeconds(now - at))
                .max()
                .orElse(-1);
    }

    /** A root was scanned. */
    void scanned(Path root) {
        scannedAt.put(root, ticker.read());
        if (failed.remove(root)) {
            logger.info("Root {} was scanned for orphans again", root);
        }
    }

    /** All registries were read. */
    void available() {
        unavailable.set(false);
    }

    /** Logs once that this process does not see the open files of all processes, if so. */
    void visibility(@Nullable String visibilityGap) {
        if (visibilityGap != null && gapLogged.compareAndSet(false, true)) {
            logger.info(
                    "Only directories that have not changed since the host's boot count as orphans, because files in use"
                            + " are not visible: {}",
                    visibilityGap);
        }
    }

    /** Orphans were found, and are retained. */
    void found(Path root, List<Orphan> orphans) {
        if (!update(root, orphans)) {
            return;
        }
        if (orphans.isEmpty()) {
            logger.info("No orphans under {} any more", root);
        } else {
            logger.info(
                    "Orphans under {}, which no registry names and no process uses: {}. Delete them manually, or with"
                            + " spark.mesos.shuffle.service.orphans=delete and cleanup=on.",
                    root,
                    summary(root, orphans));
        }
    }

    /** Orphans were found, and are retained although the mode is to delete them. */
    void withheld(Path root, List<Orphan> orphans, String reason) {
        update(root, orphans);
        if (!orphans.isEmpty() && !reason.equals(withheld.put(root, reason))) {
            logger.warn(
                    "Orphans under {} are reported but not deleted, because a registry may name them: {}. Found: {}",
                    root,
                    reason,
                    summary(root, orphans));
        }
    }

    /** Orphans were found, and are being deleted. */
    void deleting(Path root, List<Orphan> orphans) {
        withheld.remove(root);
        update(root, orphans);
        if (!orphans.isEmpty()) {
            logger.info(
                    "Deleting orphans under {}, which no registry names and no process uses: {}",
                    root,
                    summary(root, orphans));
        }
    }

    /** Records what was found; returns whether it differs from the last time. */
    private boolean update(Path root, List<Orphan> orphans) {
        orphans.forEach(orphan -> logger.debug(
                "Orphan {}: {}, unchanged for {} s",
                orphan.dir().path(),
                HumanReadable.bytes(orphan.bytes()),
                orphan.idle().toSeconds()));
        List<Orphan> before = orphans.isEmpty() ? byRoot.remove(root) : byRoot.put(root, List.copyOf(orphans));
        return !dirs(before == null ? List.of() : before).equals(dirs(orphans));
    }

    private static Set<LocalDir> dirs(List<Orphan> orphans) {
        return orphans.stream().map(Orphan::dir).collect(Collectors.toSet());
    }

    private static String summary(Path root, List<Orphan> orphans) {
        String names = orphans.stream()
                .limit(MAX_NAMED)
                .map(orphan -> root.relativize(orphan.dir().path()).toString())
                .collect(Collectors.joining(", "));
        int more = orphans.size() - MAX_NAMED;
        return orphans.size() + (orphans.size() == 1 ? " dir with " : " dirs with ")
                + HumanReadable.bytes(bytes(orphans)) + " (" + names + (more > 0 ? " and " + more + " more" : "") + ")";
    }

    private static long bytes(List<Orphan> orphans) {
        return orphans.stream().mapToLong(Orphan::bytes).sum();
    }
}
