package dev.mesosshuffle.roots;

import dev.mesosshuffle.cleanup.PendingRemovals;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.host.TreeSize;
import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.orphans.Orphan;
import dev.mesosshuffle.probes.FileStoreSpace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports to operators what holds the space of a file system that is under pressure. Works on the disk, on any thread. */
public final class DiskPressureReport {
    private static final Logger logger = LoggerFactory.getLogger(DiskPressureReport.class);

    /** Applications that are named beside those that an operator keeps; the others are summed up. */
    private static final int MAX_NAMED = 5;

    /** A late report does not help: what is not measured by then is left out, and the report says so. */
    static final Duration MEASURE_TIMEOUT = Duration.ofSeconds(30);

    private final int minFreePercent;
    private final Supplier<Map<String, List<LocalDir>>> live;
    private final Supplier<Set<String>> kept;
    private final Supplier<Map<Path, List<Orphan>>> orphans;
    private final Ticker ticker;

    private record Holder(String appId, long bytes) {}

    /**
     * Creates a report.
     *
     * @param minFreePercent the share of free space below which a file system is under pressure
     * @param live the dirs of the applications that have not expired
     * @param kept which of them an operator keeps
     * @param orphans the known orphans by their roots
     */
    public DiskPressureReport(
            int minFreePercent,
            Supplier<Map<String, List<LocalDir>>> live,
            Supplier<Set<String>> kept,
            Supplier<Map<Path, List<Orphan>>> orphans,
            Ticker ticker) {
        this.minFreePercent = minFreePercent;
        this.live = live;
        this.kept = kept;
        this.orphans = orphans;
        this.ticker = ticker;
    }

    void started(FileStoreSpace space, Set<Path> roots, PendingRemovals pending) {
        long deadline = ticker.read() + MEASURE_TIMEOUT.toNanos();
        BooleanSupplier late = () -> ticker.read() - deadline >= 0;
        List<Holder> holders = holders(roots, late);
        logger.warn(
                "Short of space: {} are free under {} (expected: {} %). {} What else holds space there: {}; {}.{}",
                space.described(),
                text(roots),
                minFreePercent,
                text(pending),
                applications(holders, kept.get()),
                orphans(roots),
                late.getAsBoolean()
                        ? " (Not everything was measured within " + MEASURE_TIMEOUT.toSeconds() + " s.)"
                        : "");
    }

    void ended(FileStoreSpace space, Set<Path> roots) {
        logger.info("Enough space again: {} are free under {}", space.described(), text(roots));
    }

    private List<Holder> holders(Set<Path> roots, BooleanSupplier late) {
        List<Holder> holders = new ArrayList<>();
        live.get().forEach((appId, dirs) -> {
            long bytes = 0;
            for (LocalDir dir : dirs) {
                if (roots.contains(dir.root()) && !late.getAsBoolean()) {
                    bytes += bytes(dir, late);
                }
            }
            if (bytes > 0) {
                holders.add(new Holder(appId, bytes));
            }
        });
        holders.sort(Comparator.comparingLong(Holder::bytes).reversed());
        return holders;
    }

    private static long bytes(LocalDir dir, BooleanSupplier late) {
        try {
            return TreeSize.of(dir, late);
        } catch (IOException e) {
            logger.debug("{} cannot be measured", dir.path(), e);
            return 0;
        }
    }

    /** An operator may now release an application that is kept, so it is named however small it is. */
    private static String applications(List<Holder> holders, Set<String> kept) {
        if (holders.isEmpty()) {
            return "no live application";
        }
        List<String> parts = new ArrayList<>();
        int others = 0;
        long othersBytes = 0;
        for (Holder holder : holders) {
            boolean isKept = kept.contains(holder.appId());
            if (parts.size() < MAX_NAMED || isKept) {
                parts.add("application " + holder.appId() + (isKept ? " (kept) " : " ")
                        + HumanReadable.bytes(holder.bytes()));
            } else {
                others++;
                othersBytes += holder.bytes();
            }
        }
        if (others > 0) {
            parts.add(others + " more " + HumanReadable.bytes(othersBytes));
        }
        return String.join(", ", parts);
    }

    private String orphans(Set<Path> roots) {
        List<Orphan> found = orphans.get().entrySet().stream()
                .filter(entry -> roots.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .flatMap(Collection::stream)
                .toList();
        return found.isEmpty()
                ? "no orphans"
                : "orphans "
                        + HumanReadable.bytes(
                                found.stream().mapToLong(Orphan::bytes).sum()) + " in " + dirs(found.size());
    }

    private static String text(PendingRemovals pending) {
        if (pending.dirs() == 0) {
            return "No deletions are pending there.";
        }
        String measured = pending.bytes() == 0 ? "" : " with at least " + HumanReadable.bytes(pending.bytes());
        return "Pending deletions there, now unthrottled: " + dirs(pending.dirs()) + measured + ".";
    }

    private static String dirs(int count) {
        return count == 1 ? "1 dir" : count + " dirs";
    }

    private static String text(Set<Path> roots) {
        return roots.stream().map(Path::toString).collect(Collectors.joining(" and "));
    }
}
