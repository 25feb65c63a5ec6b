package dev.mesosshuffle;

import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.config.StateDirCandidates;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.markers.MarkedRoot;
import dev.mesosshuffle.markers.OwnRegistry;
import dev.mesosshuffle.markers.RootMarkers;
import dev.mesosshuffle.peers.PeerRegistries;
import dev.mesosshuffle.probes.RootProbers;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.store.StateStore;
import dev.mesosshuffle.store.StorePlaces;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * What the daemon knows from before its start: its roots, its registry, and the registries of services on other ports.
 *
 * @param probers measure the roots
 * @param policy which local dirs are accepted
 * @param stateDir where the registry lies
 * @param isStandIn whether that is another place than the intended one, which cannot be used
 * @param store keeps the registry
 * @param peers the registries of services on other ports
 * @param registry the restored applications and executors
 */
record PersistentState(
        RootProbers probers,
        LocalDirPolicy policy,
        Path stateDir,
        boolean isStandIn,
        StateStore store,
        PeerRegistries peers,
        Registry registry) {
    /** How long a start waits for what the markers in the roots say of a registry in another place. */
    private static final Duration MARKERS_LIMIT = Duration.ofSeconds(2);

    /** Reading the registries of a host takes a second, unless one of them lies on a disk that hangs. */
    private static final Duration PEERS_LIMIT = Duration.ofSeconds(30);

    /**
     * Opens and restores the registry.
     *
     * @throws IOException if a root cannot be inspected
     * @throws StoreException if the registry cannot be used
     */
    static PersistentState open(DaemonContext context) throws IOException, StoreException {
        ServiceConfig config = context.config();
        RootProbers probers = context.register(new RootProbers(config.disks().localRoots(), context.events()));
        probers.start(context.metrics());
        LocalDirPolicy policy =
                LocalDirPolicy.of(config.disks().localRoots(), config.disks().naming(), probers, context.metrics());
        StateDirCandidates candidates = config.disks().stateDirs();
        List<Path> stateDirs = candidates.dirs();
        StorePlaces.Opened opened = new StorePlaces(
                        stateDirs,
                        StateDirCandidates.HOST_WIDE,
                        candidates.isSet(),
                        config.port(),
                        config.disks().localRoots(),
                        Clock.systemUTC())
                .open(
                        dir -> PeerRegistries.of(dir, config.port(), stateDirs).peers(),
                        context.metrics(),
                        RootMarkers.stateDirs(probers, config.port(), MARKERS_LIMIT));
        StateStore store = opened.store();
        // Closed after the store, which may be written again even then.
        RootMarkers markers = context.register(rootMarkers(config, policy, store, opened.stateDir()));
        markers.start(RootMarkers.INSPECTION_INTERVAL);
        context.register(store);
        PeerRegistries peers = PeerRegistries.of(
                opened.stateDir(),
                config.port(),
                stateDirs,
                opened.peers(),
                context.register(new TimeLimiter("registries", PEERS_LIMIT)),
                markers);
        Registry registry = Registry.load(
                store, probers, policy::mayBeRegistered, context.memory().registry(), context.metrics());
        return new PersistentState(probers, policy, opened.stateDir(), opened.isStandIn(), store, peers, registry);
    }

    private static RootMarkers rootMarkers(
            ServiceConfig config, LocalDirPolicy policy, StateStore store, Path stateDir) {
        OwnRegistry own = new OwnRegistry(stateDir, config.port(), store::inode, store.isNew());
        return new RootMarkers(
                policy::realRoots,
                root -> new MarkedRoot(root, own, config.expiry().orphanTimeout(), Clock.systemUTC(), System::nanoTime),
                store::verify,
                new RootExecutors("root-marker-", () -> 0));
    }
}
