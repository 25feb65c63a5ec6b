package dev.mesosshuffle.markers;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.PeriodicTask;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.peers.RegistryEvidence;
import dev.mesosshuffle.probes.RootProbers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records in each root which services keep a registry of what lies there, and where: {@code
 * ROOT/.mesos-shuffle-service/service-PORT-...}. That a registry does not exist does not prove that its service does not, so
 * under a root no orphan is deleted while
 *
 * <ul>
 *   <li>a marker names a registry that is missing, was replaced, or cannot be read. The operator deletes the marker of a
 *       service that was removed permanently;
 *   <li>a marker cannot be read, is a link, has contents that no service writes, or another user could have changed it. An
 *       empty one counts as none;
 *   <li>a marker was removed in the last ten minutes: a live service writes it again within seconds;
 *   <li>a marker says that its service started with another registry than before, less than the orphan timeout ago. Each
 *       service detects that at its start, from its own marker;
 *   <li>this service's own registry is not the file that it has open.
 * </ul>
 *
 * <p><b>Concurrency:</b> each root is inspected on a thread of its own every two seconds, and by whoever is about to delete
 * under it. This is not the thread of the root's prober: markers are written, and registries on other disks are read, which
 * must not make the root appear unresponsive.
 */
public final class RootMarkers implements RegistryEvidence, AutoCloseable {
    /** How often the markers are inspected. */
    public static final Duration INSPECTION_INTERVAL = Duration.ofSeconds(2);

    private static final Logger logger = LoggerFactory.getLogger(RootMarkers.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    /** How long a refresh waits for all roots; the markers of a root that hangs are missing then. */
    private static final Duration REFRESH_TIMEOUT = Duration.ofSeconds(5);

    private final Supplier<Set<Path>> roots;
    private final Function<Path, MarkedRoot> newRoot;
    private final Verification ownRegistry;
    private final RootExecutors workers;
    private final Map<Path, MarkedRoot> marked = new ConcurrentHashMap<>();
    private final Set<Path> inspecting = ConcurrentHashMap.newKeySet();
    private final PeriodicTask timer = new PeriodicTask("root-markers-timer", this::inspectAll);

    /** Verifies that this service's registry is the file that others find. */
    public interface Verification {
        /** Throws if it is not, or if that cannot be determined. */
        void verify() throws StoreException;
    }

    /**
     * Creates the markers' keeper, which writes nothing before {@link #start}; to be closed after the store.
     *
     * @param roots the known real paths of the roots
     * @param newRoot creates the markers of one root
     * @param workers run the work on the disks, with no rate limit
     */
    public RootMarkers(
            Supplier<Set<Path>> roots,
            Function<Path, MarkedRoot> newRoot,
            Verification ownRegistry,
            RootExecutors workers) {
        this.roots = roots;
        this.newRoot = newRoot;
        this.ownRegistry = ownRegistry;
        this.workers = workers;
    }

    /**
     * Starts to write this service's markers, at once and whenever they are missing.
     *
     * @param interval the time between two inspections
     */
    public void start(Duration interval) {
        timer.start(Duration.ZERO, interval);
    }

    private void inspectAll() {
        var unused = inspect(roots.get(), false);
    }

    /**
     * Inspects all roots, on their threads.
     *
     * @param all the roots
     * @param again whether to inspect a root again that is being inspected
     * @return counted down by each inspection
     */
    private CountDownLatch inspect(Set<Path> all, boolean again) {
        CountDownLatch inspections = new CountDownLatch(all.size());
        for (Path root : all) {
            MarkedRoot known = marked.computeIfAbsent(root, newRoot);
            if (!inspecting.add(root) && !again) {
                continue;
            }
            try {
                workers.execute(root, rateLimiter -> {
                    try {
                        var unused = known.inspect();
                    } catch (OutOfMemoryError e) {
                        // It is inspected again in a moment.
                        HeapShortage.survived(e);
                    } finally {
                        inspecting.remove(root);
                        inspections.countDown();
                    }
                });
            } catch (RejectedExecutionException e) {
                inspections.countDown();
                logger.debug("Closed before {} was inspected", root, e);
            } catch (RuntimeException | Error e) {
                // No thread can be created, most likely: the root must not count as being inspected for ever.
                inspecting.remove(root);
                inspections.countDown();
                ThreadShortage.report("the inspection of the markers under " + root, e);
            }
        }
        return inspections;
    }

    @Override
    public void refresh() {
        try {
            if (!inspect(roots.get(), true).await(REFRESH_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                logger.debug("Not every root's markers could be inspected");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Set<Path> markedStateDirs() {
        Set<Path> dirs = new HashSet<>();
        marked.values().forEach(root -> dirs.addAll(root.stateDirs()));
        return dirs;
    }

    @Override
    public void verifyOwn() throws StoreException {
        ownRegistry.verify();
    }

    @Override
    public @Nullable String hindrance(Path root) {
        try {
            ownRegistry.verify();
        } catch (StoreException e) {
            return e.getMessage();
        }
        return marked.computeIfAbsent(root, newRoot).inspect();
    }

    @Override
    public @Nullable String missingElsewhere(Path root) {
        return marked.computeIfAbsent(root, newRoot).missingElsewhere();
    }

    /**
     * Finds the present and former state directories of the services on a port, by the markers in the roots that answer in
     * time.
     *
     * @param probers run the work on the roots' threads
     * @param port the port
     * @param timeout how long to wait for all roots together
     * @return their state directories
     */
    public static List<Path> stateDirs(RootProbers probers, int port, Duration timeout) {
        List<CompletableFuture<List<Path>>> reads = new ArrayList<>();
        for (Path root : probers.realRoots().values()) {
            CompletableFuture<List<Path>> read = new CompletableFuture<>();
            reads.add(read);
            try {
                probers.execute(root, () -> read.completeAsync(() -> stateDirs(List.of(root), port), Runnable::run));
            } catch (RuntimeException | Error e) {
                logger.debug("The markers under {} cannot be read", root, e);
                read.complete(List.of());
            }
        }
        List<Path> dirs = new ArrayList<>();
        long deadline = System.nanoTime() + timeout.toNanos();
        for (CompletableFuture<List<Path>> read : reads) {
            read.completeOnTimeout(List.of(), Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            dirs.addAll(read.join());
        }
        return dirs;
    }

    /**
     * Finds the state directories of the services on a port, by the markers in some roots. Works on the disk.
     *
     * @param roots the roots
     * @param port the port
     * @return their state directories, without those whose marker cannot be read
     */
    public static List<Path> stateDirs(List<Path> roots, int port) {
        List<Path> dirs = new ArrayList<>();
        for (Path root : roots) {
            try {
                for (Path file : MarkedRoot.markers(root)) {
                    if (file.getFileName().toString().startsWith(RootMarker.namePrefix(port))) {
                        dirs.add(RootMarker.parse(MarkerFile.read(file)).stateDir());
                    }
                }
            } catch (IOException | IllegalArgumentException e) {
                logger.debug("No marker under {} can be read", root, e);
            }
        }
        return dirs;
    }

    @Override
    public void close() {
        timer.close();
        var unused = inspect(Set.copyOf(marked.keySet()), false);
        workers.close(CLOSE_TIMEOUT);
    }
}
