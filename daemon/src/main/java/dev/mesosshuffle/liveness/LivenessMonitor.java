package dev.mesosshuffle.liveness;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.activity.FileActivityScanner;
import dev.mesosshuffle.activity.ScanFailureReporter;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.concurrent.PeriodicTask;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.model.FileAgeClock;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.registry.StoredDrivers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects liveness signals, and has expired applications removed.
 *
 * <ol>
 *   <li>A driver that registered in this run of the process and has missed its heartbeat timeout expires: at once if it
 *       closed its connection, after a second timeout if the connection is still open or was reset. An application expires
 *       once each of its {@link DriverStates} has, because anybody may register as one. A timeout counts as the orphan
 *       timeout at most, or as 24 h if that is longer.
 *   <li>An application without a driver that could send heartbeats (restored, its connection closed by this service, or
 *       never registered) expires after the orphan timeout without any liveness signal, or if the master reports it as
 *       completed. A driver registers once and never reconnects, so missed heartbeats mean nothing here. See {@link
 *       TrackedApplications} for how the timeout continues after a restart.
 *   <li>(2b) Where such drivers announced that they register again after any loss, their absence does mean something: the
 *       application expires already once this process has listened for two of their timeouts, since its start or the last
 *       heartbeat, and none has registered. That holds if each driver that can send no heartbeat now announced it; all
 *       others, Spark's own, fall under rule 2. See {@link DriverStates} for who counts.
 *   <li>Activity within the last timeout, which is requests or changes of files, postpones the expiry until the files have
 *       been idle for that long. Changes of files are scanned for last. A scan that fails proves nothing: the expiry is
 *       postponed until one succeeds, even if the master proves it, or an operator removes the application.
 *   <li>The Mesos master, if one is configured, is polled before anything is removed. See {@link FrameworkStatus} for how
 *       its reports count; without a usable response for the master timeout, the other rules decide alone.
 *   <li>An operator's command through {@link ApplicationAdmin} overrides all of this: a kept application is not judged, and
 *       a removed one has expired.
 *   <li>Any liveness signal makes an application alive again until the decision to remove it. A later signal counts
 *       only if the decision could not be persisted.
 * </ol>
 *
 * <p><b>Concurrency:</b> signals come from event loops; the check runs on a thread of its own, and what follows from it on
 * the threads of disks, the master's and the store's. Each application is changed, and judged, in atomic steps ({@link
 * TrackedApplications}); the step that finds it expired also takes it out of the registry, so that no request is answered
 * from files to be deleted. An application is unknown here exactly if it cannot be removed.
 */
public final class LivenessMonitor implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(LivenessMonitor.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final TrackedApplications apps;
    private final Registry registry;
    private final ExpiryCheck check;
    private final PauseAwareClock clock;
    private final ExpiryPolicy policy;
    private final UnknownHeartbeatLogger unknownHeartbeats;
    private final ApplicationAdmin applicationAdmin;
    private final PeriodicTask checkTask;

    /**
     * Creates a monitor; it checks nothing before {@link #start}.
     *
     * @param registry from which expired applications are removed
     * @param reclaimer deletes their directories
     * @param config the configurable part of the rules
     * @param context the time, the threads of disks, the store and the master
     * @param removedDirsListener gets the directories of each removed application, whether or not they are deleted
     * @param metrics gets the metrics
     */
    public LivenessMonitor(
            Registry registry,
            Reclaimer reclaimer,
            LivenessConfig config,
            LivenessContext context,
            Consumer<List<LocalDir>> removedDirsListener,
            MetricRegistry metrics) {
        MesosMaster master = context.master();
        this.policy = new ExpiryPolicy(
                config.orphanTimeout(), master != null, config.masterTimeout(), FrameworkStatus.ABSENCE_VALID_FOR);
        this.registry = registry;
        this.clock = new PauseAwareClock(context.ticker());
        LivenessMetrics counters = new LivenessMetrics(metrics);
        this.apps = new TrackedApplications(
                clock, new TransitionReporter(counters, policy, context.events()), context.store(), policy);
        LivenessMetrics.registerGauges(metrics, apps.all(), clock);
        this.unknownHeartbeats = new UnknownHeartbeatLogger(counters.unknownHeartbeats, context.ticker());
        RateLimitedLogger failureLogger = new RateLimitedLogger(context.ticker());
        TrackingContext tracking = new TrackingContext(apps, registry, clock, policy);
        ExpiredApplicationRemover remover = new ExpiredApplicationRemover(
                tracking,
                reclaimer,
                config.cleanupLocalDirs(),
                removedDirsListener,
                counters,
                unknownHeartbeats,
                failureLogger);
        FileActivityScanner scanner = new FileActivityScanner(
                context.diskExecutor(),
                context.fileTimes(),
                new FileAgeClock(context.wallMillis(), context.ticker()),
                context.ticker());
        this.check = new ExpiryCheck(
                tracking,
                new ExpiryCheck.DirectoryScans(
                        scanner, new ScanFailureReporter(counters.failedScans, context.ticker())),
                context.store(),
                master == null ? null : new MasterPoller(master, context.random(), policy, clock.now(), metrics),
                remover,
                failureLogger);
        this.applicationAdmin =
                new ApplicationAdmin(tracking, context.store(), remover, counters.operatorRemovals, context.events());
        this.checkTask = new PeriodicTask("liveness-check", check::run);
    }

    /**
     * Takes in what earlier runs of the process stored.
     *
     * @param idle the applications in the registry, each with its stored idle time
     * @param kept those of them that operators keep
     * @param driverAddresses the addresses of their drivers, as {@link #driverRegistered} returned them, where known
     * @param driverTimeouts the timeouts of those of them whose drivers all register again after a loss
     */
    public void restored(
            Map<String, Duration> idle,
            Set<String> kept,
            Map<String, String> driverAddresses,
            Map<String, Duration> driverTimeouts) {
        idle.forEach((appId, time) -> apps.restored(
                appId, time, kept.contains(appId), driverAddresses.get(appId), driverTimeouts.get(appId)));
        if (!kept.isEmpty()) {
            logger.info(
                    "Kept by an operator until they are released, as before: {}",
                    String.join(", ", new TreeSet<>(kept)));
        }
    }

    /** Returns the operators' commands. */
    public ApplicationAdmin applicationAdmin() {
        return applicationAdmin;
    }

    /**
     * Records that a driver registered. Each connection that one registers on is a driver of its own; on one where a driver
     * registered before, only the new timeout counts.
     *
     * @param appId its application
     * @param timeoutMs its heartbeat timeout in ms
     * @param reregisters whether it announced that it registers again after a loss of its connection
     * @param connection its connection, compared by identity
     * @param remoteAddress its address and port
     * @return the application's drivers since, to be stored; null if the stored ones must stay, because not all that were
     *     there before this process have registered again
     * @throws IllegalArgumentException if the timeout is not positive; the driver would expire at once
     */
    public @Nullable StoredDrivers driverRegistered(
            String appId, long timeoutMs, boolean reregisters, Object connection, String remoteAddress) {
        if (timeoutMs <= 0) {
            throw new IllegalArgumentException(
                    "heartbeat timeout of application " + appId + ": " + timeoutMs + " ms (expected: > 0)");
        }
        long timeoutNanos = policy.driverTimeoutNanos(timeoutMs);
        DriverState driver = new DriverState(connection, remoteAddress, timeoutNanos, clock.now(), null, reregisters);
        DriverStates[] drivers = new DriverStates[1];
        apps.put(appId, app -> {
            AppLiveness next = AppLiveness.withDriver(driver, app);
            drivers[0] = next.signals().drivers();
            return next;
        });
        FormerDrivers predecessors = drivers[0].predecessors();
        if (!predecessors.isEmpty()) {
            logger.info(
                    "Application {}: a driver at {} registered, but before this daemon started there was one at {}."
                            + " Until one registers from there, drivers can only lengthen its life: it expires"
                            + " once {}.",
                    appId,
                    remoteAddress,
                    String.join(", and one at ", predecessors.addresses()),
                    StatusText.expiryCondition(drivers[0], policy));
            return null;
        }
        return drivers[0].stored();
    }

    /**
     * Records that what {@link #driverRegistered} returned is stored.
     *
     * @param appId the driver's application
     */
    public void driverStored(String appId) {
        check.saveDrivers(appId);
    }

    /**
     * Records a heartbeat.
     *
     * @param appId the application whose driver sent it
     * @param connection the connection that it arrived over; if no driver of the application registered there, it counts
     *     for each of them
     */
    public void heartbeat(String appId, Object connection) {
        long now = clock.now();
        if (!apps.change(appId, now, app -> app.withHeartbeat(now, connection))) {
            unknownHeartbeats.heartbeatReceived(appId);
        }
    }

    /**
     * Records that a driver which registered could not be stored. It runs, but its client sends no heartbeats now, so as with
     * a connection that this service closed, it cannot miss any until one registers from its address. Without anything else
     * of its application, nobody would ever need that.
     *
     * @param appId its application
     * @param connection its connection
     */
    public void driverRefused(String appId, Object connection) {
        long now = clock.now();
        apps.change(
                appId,
                now,
                app -> registry.isKnown(appId) ? app.disconnected(connection, CloseReason.CLOSED_LOCALLY, now) : null);
    }

    /**
     * Records that an application's files are about to be used: an executor registers, or blocks or their directories are
     * requested. To be called before that is answered. Has no effect for an unknown application: if it registers, the next
     * check finds it in the registry.
     *
     * @param appId the application
     */
    public void activity(String appId) {
        long now = clock.now();
        apps.change(appId, now, app -> app.withActivity(now));
    }

    /**
     * Records that a connection ended on which a driver registered.
     *
     * @param appId the driver's application
     * @param connection the connection; only the driver on it has ended
     * @param reason how it ended
     */
    public void driverDisconnected(String appId, Object connection, CloseReason reason) {
        long now = clock.now();
        DriverState[] unreachable = new DriverState[1];
        DriverStates[] left = new DriverStates[1];
        apps.change(appId, now, app -> {
            AppLiveness next = app.disconnected(connection, reason, now);
            boolean becameUnreachable = reason == CloseReason.CLOSED_LOCALLY
                    && app.signals().isDriverReachable()
                    && !next.signals().isDriverReachable();
            unreachable[0] = becameUnreachable ? app.signals().drivers().on(connection) : null;
            left[0] = next.signals().drivers();
            return next;
        });
        // When the whole service stops, it closes every connection, and the next start knows that by itself.
        if (unreachable[0] != null && !check.isClosed()) {
            logger.info(
                    "Application {}: this service closed the connection of its driver at {}, so no more heartbeats can"
                            + " arrive. It expires once {}.",
                    appId,
                    unreachable[0].address(),
                    StatusText.expiryCondition(left[0], policy));
        }
    }

    /**
     * Starts the periodic check.
     *
     * @param interval the time between two checks
     */
    public void start(Duration interval) {
        setCheckInterval(interval);
        checkTask.start(interval, interval);
    }

    /** Expects a check after each interval; one that comes later than that reveals a pause of this process. */
    public void setCheckInterval(Duration interval) {
        check.setCheckInterval(interval);
    }

    /** Judges every application, and begins to remove the expired ones. For {@link #start}'s thread, or one caller. */
    public void check() {
        check.run();
    }

    /** Ends the periodic check, and stores what the next process must know. Removals that were decided continue. */
    @Override
    public void close() {
        if (check.isClosed()) {
            return;
        }
        checkTask.close();
        try {
            if (!check.close(CLOSE_TIMEOUT)) {
                logger.warn("The check for expired applications hangs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        apps.saveAllIdleTimes(check.lastCheckStarted());
    }
}
