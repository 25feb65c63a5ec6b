package dev.mesosshuffle.store;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.host.UnsafePathException;
import dev.mesosshuffle.metrics.LatencyRegistry;
import dev.mesosshuffle.peers.PeerDatabases;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the place where a port's registry is, or can be. The first is used, unless its disk cannot be read; then the next
 * that works is used for as long as this process runs. Registries of the same port in other places, which a former start
 * had to use, or which came first in another order, are imported into the one in use, and then moved aside.
 *
 * <p>A place that another user could change is not used. One that was configured stops the start then; a default is passed
 * over with a warning, and the host's own place comes next, since the other ones lie like the one that was passed over.
 *
 * <p>A place that hangs costs one thread, and delays the start by {@link #LIMIT} at most.
 */
public final class StorePlaces {
    private static final Logger logger = LoggerFactory.getLogger(StorePlaces.class);

    /** How long to wait for one place to open; a start on a busy disk takes a second or two. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    private final List<Path> places;
    private final Path hostWide;
    private final int port;
    private final boolean isConfigured;
    private final Set<Path> roots;
    private final Clock clock;
    private final TimeLimiter limiter = new TimeLimiter("store-opening", LIMIT);

    /**
     * Creates a finder; works on no disk yet.
     *
     * @param places the state directories, the preferred one first
     * @param hostWide the one that comes next after one that is not safe, if it is among those that are left
     * @param isConfigured whether somebody chose the preferred one, which is not passed over then
     * @param port the service's port
     * @param roots the allowed roots; what is elsewhere is not imported
     * @param clock names files that are moved aside
     */
    public StorePlaces(
            List<Path> places, Path hostWide, boolean isConfigured, int port, List<Path> roots, Clock clock) {
        this.places = List.copyOf(places);
        this.hostWide = hostWide;
        this.isConfigured = isConfigured;
        this.port = port;
        this.roots = Set.copyOf(roots);
        this.clock = clock;
    }

    /**
     * An open store.
     *
     * @param store the store
     * @param stateDir its directory
     * @param peers the registries of other ports
     * @param isStandIn whether the registry of a preferred place could not be read, so that what was registered there is unknown
     */
    public record Opened(StateStore store, Path stateDir, PeerDatabases peers, boolean isStandIn) {}

    /**
     * Opens the store in the first place that works.
     *
     * @param peers the registries of other ports, for a state directory of this one
     * @param metrics where the store's metrics go
     * @return the store, for this process alone
     * @throws StoreException if no place works, or one must not be skipped, with the reason and what to do
     */
    public Opened open(Function<Path, PeerDatabases> peers, MetricRegistry metrics) throws StoreException {
        return open(peers, metrics, List.of());
    }

    /**
     * Opens the store in the first place that works.
     *
     * @param peers the registries of other ports, for a state directory of this one
     * @param metrics where the store's metrics go
     * @param former state directories that are not configured any more, whose registries are imported too
     * @return the store, for this process alone
     * @throws StoreException if no place works, or one must not be skipped, with the reason and what to do
     */
    public Opened open(Function<Path, PeerDatabases> peers, MetricRegistry metrics, List<Path> former)
            throws StoreException {
        StoreException first = null;
        StoreException unsafe = null;
        Deque<Path> next = new ArrayDeque<>(places);
        while (!next.isEmpty()) {
            Path place = next.removeFirst();
            PeerDatabases otherPorts = peers.apply(place);
            try {
                StateStore store = open(place, otherPorts, metrics);
                if (first != null) {
                    logStandIn(first, place);
                }
                if (unsafe != null) {
                    logPassedOver(unsafe, place);
                }
                importOthers(store, place, former, otherPorts);
                return new Opened(store, place, otherPorts, first != null);
            } catch (StoreException e) {
                logger.debug("{} cannot be used for the registry", place, e);
                if (mayBePassedOver(place, e, unsafe)) {
                    if (unsafe == null && next.remove(hostWide)) {
                        next.addFirst(hostWide);
                    }
                    unsafe = unsafe == null ? e : unsafe;
                } else if (first == null && !StoreOpener.isDiskFailure(StoreFiles.of(place, port), e)) {
                    throw e;
                } else {
                    first = first == null ? e : first;
                }
            }
        }
        throw noneWorks(first, unsafe);
    }

    /** A default that is not safe; or one that this user may not use, where a better one is not safe. */
    private boolean mayBePassedOver(Path place, StoreException failure, @Nullable StoreException unsafe) {
        boolean isUnsafe = failure.getCause() instanceof UnsafePathException
                || (unsafe != null && failure.getCause() instanceof AccessDeniedException);
        return isUnsafe && !(isConfigured && place.equals(places.get(0)));
    }

    private static StoreException noneWorks(@Nullable StoreException first, @Nullable StoreException unsafe) {
        if (unsafe != null) {
            Throwable reason = unsafe.getCause();
            return new StoreException(
                    unsafe.getMessage() + "; no other default place works either", reason == null ? unsafe : reason);
        }
        return first == null ? new StoreException("no directory for the registry is configured") : first;
    }

    private StateStore open(Path place, PeerDatabases peers, MetricRegistry metrics) throws StoreException {
        // Of its own: a place that responds too late must not register its metrics beside those of another.
        MetricRegistry own = LatencyRegistry.like(metrics);
        StateStore store = bounded(place, () -> StateStore.open(place, port, clock, own, peers), StateStore::close);
        metrics.registerAll(own);
        return store;
    }

    private <T> T bounded(Path place, Callable<T> work, Consumer<T> abandon) throws StoreException {
        try {
            return limiter.call(place, work, abandon);
        } catch (IOException e) {
            throw cannotUse(place, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException store) {
                throw store;
            }
            throw cannotUse(place, e);
        }
    }

    /** Does not access the disk, which may be the one that hangs. */
    private StoreException cannotUse(Path place, Exception reason) {
        return new StoreException(
                "cannot use the registry " + StoreFiles.of(place, port).database() + ": " + reason.getMessage(),
                reason);
    }

    private void logStandIn(StoreException reason, Path place) {
        logger.error(
                "{}. The service starts with the registry in {} instead. What was registered only there is unknown:"
                        + " executors must register again, files of applications that expire meanwhile stay until a"
                        + " start finds that registry, and no orphan is deleted until then. Repair the disk and restart,"
                        + " or set spark.mesos.shuffle.service.state.dir to a directory on another disk",
                reason.getMessage(),
                place);
    }

    private static void logPassedOver(StoreException reason, Path place) {
        logger.warn(
                "{}. That default place was passed over, and the registry is kept in {}. In a container that is lost with"
                        + " the container, unless a volume is mounted there: mount one, or set"
                        + " spark.mesos.shuffle.service.state.dir to a directory that only this service's user and root"
                        + " can change",
                reason.getMessage(),
                place);
    }

    private void importOthers(StateStore store, Path used, List<Path> former, PeerDatabases peers) {
        Set<Path> all = new LinkedHashSet<>(places);
        all.addAll(former);
        for (Path place : all) {
            if (!place.equals(used)) {
                importFrom(place, store, peers);
            }
        }
    }

    private void importFrom(Path place, StateStore store, PeerDatabases peers) {
        StoreFiles files = StoreFiles.of(place, port);
        peers.exclude(files.database());
        try {
            RegistryImport.Result result =
                    bounded(place, () -> new RegistryImport(files, port, roots, clock).into(store), late -> {});
            if (result.isInUse()) {
                peers.include(files.database());
            }
        } catch (StoreException e) {
            logger.warn(
                    "What {} holds is not imported; the import is retried at the next start: {}",
                    files.database(),
                    e.getMessage());
        }
    }
}
