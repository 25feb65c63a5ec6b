package dev.mesosshuffle.orphans;

import dev.mesosshuffle.cleanup.LocalDirNames;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.host.HostSnapshot;
import dev.mesosshuffle.host.SecureDirectories;
import dev.mesosshuffle.model.ExactPaths;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.peers.KnownDirs;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One scan for orphans under one root: in the root itself, and in each {@code spark-UUID} there that is not an orphan as a
 * whole, such as that of a standalone worker, which outlives its executors. Changes nothing.
 *
 * <p>For one scan; used by one thread.
 */
final class OrphanScan {
    private static final Logger logger = LoggerFactory.getLogger(OrphanScan.class);

    /** After that, a new snapshot of the host is taken. */
    private static final long SNAPSHOT_LIFE = Duration.ofSeconds(10).toNanos();

    /** Anybody who may write below a root can make directories there; their names must fit into memory. */
    private static final int MAX_CANDIDATES = 10_000;

    private final Path root;
    private final OrphanPolicy policy;
    private final Set<Path> protectedPaths;
    private final Ticker ticker;
    private final BooleanSupplier stopped;
    private final int maxCandidates;
    private final Set<Path> knownPaths = new HashSet<>();
    private final Set<String> components;
    private final List<Orphan> found = new ArrayList<>();
    private int candidates;
    private boolean anyRetained;
    private HostSnapshot snapshot;
    private long snapshotAt;

    /**
     * Creates a scan, and takes a snapshot of the host.
     *
     * @param root a root, by its real path
     * @param protectedPaths what an orphan must not contain: other roots, and the state directories
     * @param known the dirs in all registries
     * @param stopped is polled before each file, and may pause; once true, the scan ends
     * @throws IOException if the open files of this host cannot be determined
     */
    OrphanScan(
            Path root,
            OrphanPolicy policy,
            Set<Path> protectedPaths,
            KnownDirs known,
            Ticker ticker,
            BooleanSupplier stopped)
            throws IOException {
        this(root, policy, protectedPaths, known, ticker, stopped, MAX_CANDIDATES);
    }

    /** With another limit for the number of directories that are judged; the others are left to later scans. */
    OrphanScan(
            Path root,
            OrphanPolicy policy,
            Set<Path> protectedPaths,
            KnownDirs known,
            Ticker ticker,
            BooleanSupplier stopped,
            int maxCandidates)
            throws IOException {
        this.maxCandidates = maxCandidates;
        this.root = root;
        this.policy = policy;
        this.protectedPaths = protectedPaths;
        this.ticker = ticker;
        this.stopped = stopped;
        this.components = known.components();
        knownPaths.addAll(known.owned());
        knownPaths.addAll(known.removals());
        snapshot = policy.inspectHost();
        snapshotAt = ticker.read();
    }

    /**
     * Scans the root.
     *
     * @return the orphans; not all of them if stopped
     * @throws IOException if the root cannot be read
     */
    List<Orphan> scan() throws IOException {
        scanIn(root);
        return found;
    }

    /** Returns why this process does not see all open files; null if it does, or if that made no difference. */
    @Nullable
    String visibilityGap() {
        return anyRetained ? snapshot.openFiles().visibilityGap() : null;
    }

    private void scanIn(Path parent) throws IOException {
        for (Path name : candidatesIn(parent)) {
            if (stopped.getAsBoolean()) {
                return;
            }
            Path path = parent.resolve(name);
            if (!isOrphan(path)
                    && parent.equals(root)
                    && LocalDirNames.isProcessDir(name)
                    && !knownPaths.contains(path)) {
                try {
                    scanIn(path);
                } catch (IOException e) {
                    logger.debug("{} cannot be read", path, e);
                }
            }
        }
    }

    private List<Path> candidatesIn(Path parent) throws IOException {
        List<Path> names = new ArrayList<>();
        try (SecureDirectoryStream<Path> open = SecureDirectories.open(root, parent)) {
            for (Path entry : open) {
                Path name = entry.getFileName();
                if (policy.mayBeOrphan(root.relativize(parent.resolve(name)))) {
                    BasicFileAttributes attributes = SecureDirectories.attributes(open, name);
                    if (attributes != null && attributes.isDirectory()) {
                        if (candidates == maxCandidates) {
                            logger.info(
                                    "{} has more than {} directories that may be orphans; the others wait",
                                    root,
                                    maxCandidates);
                            break;
                        }
                        candidates++;
                        names.add(name);
                    } else {
                        logger.debug("{} is no orphan: it is no directory", parent.resolve(name));
                    }
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    private boolean isOrphan(Path path) {
        String reason = ownershipReason(path);
        if (reason == null) {
            try {
                if (ticker.read() - snapshotAt > SNAPSHOT_LIFE) {
                    snapshot = policy.inspectHost();
                    snapshotAt = ticker.read();
                }
                found.add(policy.judge(new LocalDir(root, path), snapshot, stopped));
                return true;
            } catch (NotAnOrphanException e) {
                reason = e.getMessage();
            } catch (IOException e) {
                reason = "it cannot be inspected: " + e;
            }
            anyRetained = true;
        }
        logger.debug("{} is no orphan: {}", path, reason);
        return false;
    }

    private @Nullable String ownershipReason(Path path) {
        if (!ExactPaths.isExact(path)) {
            return "its name cannot be represented in UTF-8, or in this process's locale, so no registry can be queried for it";
        }
        if (knownPaths.contains(path) || knownPaths.contains(LocalDirNames.originalName(path))) {
            return "a registry names it";
        }
        if (components.contains(path.getFileName().toString()) || policy.isClaimed(path)) {
            return "a registry names it, or something in it";
        }
        for (Path other : protectedPaths) {
            if (other.startsWith(path)) {
                return "it contains " + other;
            }
        }
        return null;
    }
}
