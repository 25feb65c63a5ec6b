package dev.mesosshuffle.store;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.database.BoundedCalls;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoreFiles;
import dev.mesosshuffle.peers.PeerDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the place where a port's registry lies, or can lie. The first is used, unless its disk does not let it be read;
 * then the next that works is, for as long as this process runs. What other places hold of the same port, since a former
 * start had to use them or the order was another one, is imported into the one that is used, and then moved aside there.
 *
 * <p>A place that hangs costs a thread, and the start at most {@link #LIMIT} for each.
 */
public final class StorePlaces {
    private static final Logger logger = LoggerFactory.getLogger(StorePlaces.class);

    /** How long the opening of one place is waited for; a start on a busy disk takes a second or two. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    private final List<Path> places;
    private final int port;
    private final Set<Path> roots;
    private final Clock clock;
    private final BoundedCalls calls = new BoundedCalls("store-opening");

    /**
     * Makes one; nothing is looked at yet.
     *
     * @param places the state dirs, the best first
     * @param port the service's port
     * @param roots the allowed roots; what lies elsewhere is not imported
     * @param clock names files that are moved aside
     */
    public StorePlaces(List<Path> places, int port, List<Path> roots, Clock clock) {
        this.places = List.copyOf(places);
        this.port = port;
        this.roots = Set.copyOf(roots);
        this.clock = clock;
    }

    /**
     * An open store.
     *
     * @param store the store
     * @param stateDir where it lies
     * @param others the registries of other ports
     * @param isStandIn whether the registry of a better place could not be read, so that who was registered is unknown
     */
    public record Opened(StateStore store, Path stateDir, PeerDatabases others, boolean isStandIn) {}

    /**
     * Opens the store in the first place that works.
     *
     * @param others the registries of other ports, for a state dir of this one
     * @param metrics where the store's metrics go
     * @return the store, for this process alone
     * @throws StoreException if there is none, or one must not be passed over, with the reason and what to do
     */
    public Opened open(Function<Path, PeerDatabases> others, MetricRegistry metrics) throws StoreException {
        return open(others, metrics, List.of());
    }

    /**
     * Opens the store in the first place that works.
     *
     * @param others the registries of other ports, for a state dir of this one
     * @param metrics where the store's metrics go
     * @param former state dirs that are no places any more, from which what they hold is taken over all the same
     * @return the store, for this process alone
     * @throws StoreException if there is none, or one must not be passed over, with the reason and what to do
     */
    public Opened open(Function<Path, PeerDatabases> others, MetricRegistry metrics, List<Path> former)
            throws StoreException {
        StoreException first = null;
        for (Path place : places) {
            PeerDatabases otherPorts = others.apply(place);
            try {
                StateStore store = open(place, otherPorts, metrics);
                if (first != null) {
                    tellOfStandIn(first, place);
                }
                importOthers(store, place, former, otherPorts);
                return new Opened(store, place, otherPorts, first != null);
            } catch (StoreException e) {
                if (first == null && !StoreOpener.isFaultOfTheDisk(StoreFiles.of(place, port), e)) {
                    throw e;
                }
                first = first == null ? e : first;
                logger.debug("{} is no place for the registry", place, e);
            }
        }
        throw first == null ? new StoreException("there is no place for the registry") : first;
    }

    private StateStore open(Path place, PeerDatabases others, MetricRegistry metrics) throws StoreException {
        // Of its own, for a place that answers too late must not get into the way of another.
        MetricRegistry own = new MetricRegistry();
        StateStore store = bounded(place, () -> StateStore.open(place, port, clock, own, others), StateStore::close);
        metrics.registerAll(own);
        return store;
    }

    private <T> T bounded(Path place, Callable<T> work, Consumer<T> abandon) throws StoreException {
        try {
            return calls.call(place, LIMIT, work, abandon);
        } catch (IOException e) {
            throw cannotUse(place, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException store) {
                throw store;
            }
            throw cannotUse(place, e);
        }
    }

    /** Says so without another look at the disk, which may be the one that hangs. */
    private StoreException cannotUse(Path place, Exception reason) {
        return new StoreException(
                "cannot use the registry " + StoreFiles.of(place, port).database() + ": " + reason.getMessage(),
                reason);
    }

    private void tellOfStandIn(StoreException reason, Path place) {
        logger.error(
                "{}. The service starts with the registry in {} instead. Who was registered only there is unknown:"
                        + " executors must register again, files of applications that end meanwhile stay until a start"
                        + " finds that registry, and no orphan is deleted until then. Mend the disk and start again, or"
                        + " set spark.mesos.shuffle.service.state.dir to a place on another disk",
                reason.getMessage(),
                place);
    }

    private void importOthers(StateStore store, Path used, List<Path> former, PeerDatabases others) {
        Set<Path> all = new LinkedHashSet<>(places);
        all.addAll(former);
        for (Path place : all) {
            if (!place.equals(used)) {
                importFrom(place, store, others);
            }
        }
    }

    private void importFrom(Path place, StateStore store, PeerDatabases others) {
        StoreFiles files = StoreFiles.of(place, port);
        others.ignore(files.database());
        try {
            RegistryImport.Result result =
                    bounded(place, () -> new RegistryImport(files, port, roots, clock).into(store), late -> {});
            if (result.isOfAnother()) {
                others.heed(files.database());
            }
        } catch (StoreException e) {
            logger.warn(
                    "What {} holds is not taken over, and is looked at again at the next start: {}",
                    files.database(),
                    e.getMessage());
        }
    }
}
