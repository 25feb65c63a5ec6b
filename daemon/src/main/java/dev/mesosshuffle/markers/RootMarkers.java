package dev.mesosshuffle.markers;

import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.concurrent.RateLimiter;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.peers.RegistryEvidence;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.store.StateStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
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
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in each root which services keep a registry of what lives there, and where: {@code
 * ROOT/.mesos-shuffle-service/service-PORT-...}. That a registry is not there does not prove that its service is not, so
 * under a root no orphan is deleted while
 *
 * <ul>
 *   <li>a marker names a registry that is missing, is another file than it was, or cannot be looked at. The operator
 *       deletes the marker of a service that is gone for good;
 *   <li>a marker cannot be read, is a link, or is something else that no service writes; one that is empty says nothing;
 *   <li>a marker was removed in the last ten minutes: a service that lives writes it again within seconds;
 *   <li>a marker says that its service began with another registry than the one of before, and that was less than the
 *       orphan timeout ago. Each service finds that out at its start, from its own marker;
 *   <li>this service's own registry is not the file that it has open.
 * </ul>
 *
 * <p><b>Concurrency:</b> each root is looked at on a thread of its own every two seconds, and by whoever is about to
 * delete under it.
 */
public final class RootMarkers implements RegistryEvidence, AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(RootMarkers.class);

    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    /** How long a search waits for the looks at all roots; what a root that hangs has to say is missing then. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Supplier<Set<Path>> roots;
    private final Function<Path, MarkedRoot> newRoot;
    private final Verification ownRegistry;
    private final RootExecutors workers;
    private final Map<Path, MarkedRoot> marked = new ConcurrentHashMap<>();
    private final Set<Path> looking = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer =
            new ScheduledThreadPoolExecutor(1, task -> RootExecutors.daemon("root-markers-timer", task));

    /** Looks whether this service's registry is the one that others find. */
    public interface Verification {
        void verify() throws StoreException;
    }

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
     * Starts to write markers, at once and whenever they are missing.
     *
     * @param policy knows the roots
     * @param store the registry
     * @param stateDir where it lies
     * @param port this service's port
     * @param timeout how long orphans stay after a registry was lost
     * @return the markers, to be closed
     */
    public static RootMarkers start(
            LocalDirPolicy policy, StateStore store, Path stateDir, int port, Duration timeout) {
        OwnRegistry own = new OwnRegistry(stateDir, port, store::inode, store.isNew());
        RootMarkers markers = new RootMarkers(
                policy::realRoots,
                root -> new MarkedRoot(root, own, timeout, Clock.systemUTC(), System::nanoTime),
                store::verify,
                new RootExecutors(
                        root -> RootExecutors.newThread("root-marker-" + root),
                        () -> new RateLimiter(() -> 0, System::nanoTime, rest -> {})));
        var unused = markers.timer.scheduleWithFixedDelay(
                markers::lookAndSurvive, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        return markers;
    }

    /** An exception would be the last thing that the timer ever hears of it. */
    private void lookAndSurvive() {
        try {
            var unused = look(roots.get(), false);
        } catch (RuntimeException | Error e) {
            logger.debug("The markers could not be looked at", e);
        }
    }

    /**
     * Looks at all roots, on their threads.
     *
     * @param all the roots
     * @param again whether to look once more at a root that is being looked at
     * @return counted down by each look
     */
    private CountDownLatch look(Set<Path> all, boolean again) {
        CountDownLatch looks = new CountDownLatch(all.size());
        for (Path root : all) {
            MarkedRoot known = marked.computeIfAbsent(root, newRoot);
            if (!looking.add(root) && !again) {
                continue;
            }
            try {
                workers.execute(root, pace -> {
                    try {
                        var unused = known.look();
                    } finally {
                        looking.remove(root);
                        looks.countDown();
                    }
                });
            } catch (RejectedExecutionException e) {
                logger.debug("Closed before {} was looked at", root, e);
            }
        }
        return looks;
    }

    @Override
    public void refresh() {
        try {
            if (!look(roots.get(), true).await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                logger.debug("Not every root's markers could be looked at");
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
        return marked.computeIfAbsent(root, newRoot).look();
    }

    @Override
    public @Nullable String missingElsewhere(Path root) {
        return marked.computeIfAbsent(root, newRoot).missingElsewhere();
    }

    /**
     * Finds out where the services on a port keep, or kept, their state, by the markers in the roots that answer in time.
     *
     * @param probers have the threads of the roots
     * @param port the port
     * @param limit how long to wait for all roots together
     * @return their state dirs
     */
    public static List<Path> stateDirs(RootProbers probers, int port, Duration limit) {
        List<CompletableFuture<List<Path>>> looks = new ArrayList<>();
        for (Path root : probers.realRoots().values()) {
            CompletableFuture<List<Path>> look = new CompletableFuture<>();
            looks.add(look);
            try {
                probers.execute(root, () -> look.completeAsync(() -> stateDirs(List.of(root), port), Runnable::run));
            } catch (RuntimeException | Error e) {
                logger.debug("The markers under {} cannot be looked at", root, e);
                look.complete(List.of());
            }
        }
        List<Path> dirs = new ArrayList<>();
        long deadline = System.nanoTime() + limit.toNanos();
        for (CompletableFuture<List<Path>> look : looks) {
            look.completeOnTimeout(List.of(), Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            dirs.addAll(look.join());
        }
        return dirs;
    }

    /**
     * Finds out where the services on a port keep their state, by the markers in some roots. Works on the disk.
     *
     * @param roots the roots
     * @param port the port
     * @return their state dirs; those that no marker can be read of are missing
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
        timer.shutdownNow();
        var unused = look(Set.copyOf(marked.keySet()), false);
        workers.close(CLOSE_TIMEOUT);
    }
}
