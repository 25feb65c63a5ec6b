package dev.mesosshuffle;

import dev.mesosshuffle.activity.FileTimes;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.cleanup.RemovalGuards;
import dev.mesosshuffle.concurrent.RootExecutors;
import dev.mesosshuffle.concurrent.TimeLimiter;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.database.StoreException;
import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.host.HostInspector;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.liveness.LivenessConfig;
import dev.mesosshuffle.liveness.LivenessContext;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.liveness.MesosMaster;
import dev.mesosshuffle.mesos.MasterClient;
import dev.mesosshuffle.mesos.MasterClientConfig;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.OrphanMode;
import dev.mesosshuffle.orphans.OrphanPolicy;
import dev.mesosshuffle.orphans.OrphanScanner;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.roots.DiskPressure;
import dev.mesosshuffle.roots.DiskPressureReport;
import dev.mesosshuffle.roots.RootMonitor;
import dev.mesosshuffle.store.StateStore;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The RECLAIM flow, in the direction of an expiry: {@code liveness} judges each application, {@code registry} and {@code
 * store} record that its dirs are to be deleted, {@code cleanup} deletes them; {@code orphans} finds dirs that no
 * registry names and hands them to {@code cleanup}; {@code roots} reports missing disks and lifts the rate limit.
 */
final class ReclaimFlow {
    private static final Logger logger = LoggerFactory.getLogger(ReclaimFlow.class);

    /** A scan of the host's open files takes a second, unless one of them lies on a disk that hangs. */
    private static final Duration OPEN_FILES_LIMIT = Duration.ofSeconds(30);

    private final DaemonContext context;
    private final PersistentState state;
    private final OrphanPolicy orphanPolicy;
    private final Reclaimer reclaimer;
    private final RootMonitor rootMonitor;
    private final LivenessMonitor liveness;

    /**
     * Restores what was known of each application, and resumes the removals of before. Nothing expires yet.
     *
     * @throws IOException if a file that names the master's credentials cannot be read
     * @throws StoreException if the registry cannot be read
     */
    ReclaimFlow(DaemonContext context, PersistentState state, ServeFlow serve) throws IOException, StoreException {
        this.context = context;
        this.state = state;
        ServiceConfig config = context.config();
        this.orphanPolicy = new OrphanPolicy(
                state.policy(),
                state.peers(),
                state.registry()::isClaimed,
                new FileAgeClock(System::currentTimeMillis, System::nanoTime),
                config.expiry().orphanTimeout(),
                ProcessCredentials.current(),
                HostInspector.limitedBy(context.register(new TimeLimiter("open-files", OPEN_FILES_LIMIT))));
        this.reclaimer = context.register(new Reclaimer(
                state.store(),
                new RemovalGuards(state.policy(), orphanPolicy, state.peers(), serve.activeReads()),
                System::nanoTime,
                new RootExecutors("cleanup-", context.limits()::deletionRate),
                context.metrics(),
                context.memory().registry(),
                context.events()));
        reclaimer.start(Reclaimer.CHECK_INTERVAL);
        resumeRemovals(state.store().loadRemovals());
        this.rootMonitor =
                new RootMonitor(state.registry()::rootInodes, reclaimer::rootInodes, state.probers(), context.events());
        rootMonitor.start();
        StateStore store = state.store();
        this.liveness = new LivenessMonitor(
                state.registry(),
                reclaimer,
                new LivenessConfig(
                        config.expiry().orphanTimeout(),
                        config.master().timeout(),
                        config.cleanup().enabled()),
                new LivenessContext(
                        System::nanoTime,
                        System::currentTimeMillis,
                        new Random(),
                        serve.backgroundDisks(),
                        FileTimes.ON_DISK,
                        new LivenessStoreAdapter(store),
                        mesosMaster(config.master()),
                        context.events()),
                serve::invalidate,
                context.metrics());
        restoreIdleTimes(store);
    }

    /** Starts to judge applications. Ends before the server does, whose stop closes every driver's connection. */
    void startExpiry() {
        context.register(liveness);
        liveness.start(context.config().expiry().checkInterval());
    }

    /** Starts the periodic scans for orphans and for disks that are short of space. */
    void startScans() {
        OrphanScanner orphans = context.register(new OrphanScanner(
                orphanMode(),
                state.policy(),
                orphanPolicy,
                reclaimer,
                System::nanoTime,
                new RootExecutors("orphans-", context.limits()::deletionRate),
                context.metrics()));
        orphans.start(OrphanScanner.SCAN_INTERVAL);
        int minFreePercent = context.config().cleanup().minFreePercent();
        DiskPressure pressure = context.register(new DiskPressure(
                minFreePercent,
                reclaimer,
                new DiskPressureReport(
                        minFreePercent,
                        () -> localDirs(state.registry()),
                        liveness.applicationAdmin()::kept,
                        orphans::lastFound,
                        System::nanoTime),
                new RootExecutors("space-", () -> 0),
                context.metrics()));
        pressure.start(state.probers());
    }

    LivenessMonitor liveness() {
        return liveness;
    }

    RootMonitor rootMonitor() {
        return rootMonitor;
    }

    private void resumeRemovals(List<StoredRemoval> removals) {
        if (context.config().cleanup().enabled()) {
            reclaimer.reclaim(removals);
        } else if (!removals.isEmpty()) {
            logger.info(
                    "{} dirs whose deletion was pending at the last stop are retained until a start with"
                            + " spark.mesos.shuffle.service.cleanup on",
                    removals.size());
        }
    }

    /** A service that must not delete, or that stands in for its own registry, only reports orphans. */
    private OrphanMode orphanMode() {
        OrphanMode mode = context.config().cleanup().orphans();
        boolean mayDelete = context.config().cleanup().enabled() && !state.isStandIn();
        return mode == OrphanMode.DELETE && !mayDelete ? OrphanMode.REPORT : mode;
    }

    private @Nullable MesosMaster mesosMaster(ServiceConfig.Master master) throws IOException {
        if (master.urls().isEmpty()) {
            return null;
        }
        return context.register(new MasterClient(new MasterClientConfig(
                master.urls(), master.principal(), master.secretFile(), master.tokenFile(), master.caFile())));
    }

    private void restoreIdleTimes(StateStore store) throws StoreException {
        Map<String, Duration> idleTimes = store.loadIdleTimes();
        Map<String, Duration> restored = new HashMap<>();
        state.registry().applications().forEach(app -> restored.put(app, idleTimes.getOrDefault(app, Duration.ZERO)));
        liveness.restored(restored, store.loadKept(), store.loadDriverAddresses(), store.loadReregisteringDrivers());
    }

    private static Map<String, List<LocalDir>> localDirs(Registry registry) {
        Map<String, List<LocalDir>> dirs = new HashMap<>();
        registry.applications().forEach(app -> dirs.put(app, registry.localDirs(app)));
        return dirs;
    }
}
