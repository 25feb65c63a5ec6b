package dev.mesosshuffle.liveness;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.activity.FileActivityScanner;
import dev.mesosshuffle.activity.FileTimes;
import dev.mesosshuffle.activity.ScanFailureReporter;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.logging.HumanReadable;
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
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects signs of life, and has applications removed that are over.
 *
 * <ol>
 *   <li>A driver that registered in this run of the process and then was silent for its own timeout has expired: at once
 *       if its connection ended in order, after one more timeout if it is still open or broke. An application expires
 *       once each of its {@link DriverStates} has, for anybody may register as one. A timeout counts as the orphan timeout at
 *       most, or as 24 h if that is longer, whatever a driver says.
 *   <li>An application that has no driver that could be heard (restored, cut off by this service, or never registered)
 *       is over after the orphan timeout without any sign of life, or if the master says so. A driver registers once and
 *       never connects again, so its silence says nothing here. How the timeout goes on after a restart is told at
 *       {@link TrackedApplications}.
 *   <li>Activity within the last timeout, be it requests or changes in the files, puts the end off until all has been
 *       quiet for that long. Whether files change is looked at last of all. What cannot be looked at is not taken for
 *       unchanged: the end is put off until it can be, even if the master proves it, or an operator removes the
 *       application by hand.
 *   <li>The Mesos master, if there is one to ask, is asked before anything is removed. What it says counts as told at
 *       {@link FrameworkStatus}; if it does not say anything of use for the master timeout, the other rules decide alone.
 *   <li>What an operator says through {@link ApplicationAdmin} goes before all of this: an application that is kept is not
 *       judged, and one that is removed by hand is over.
 *   <li>Until the decision to remove it, any sign of life makes an application alive again; after that, if the decision
 *       could not be persisted.
 * </ol>
 *
 * <p><b>Concurrency:</b> signs of life come from event loops; the check runs on a thread of its own, and what follows
 * from it on the threads of disks, the master's and the store's. Each application is changed, and judged, in atomic steps
 * ({@link TrackedApplications}); the step that finds it over also takes it out of the registry, so that no request is answered
 * from what is about to go. An application is unknown here exactly if it cannot be removed.
 */
public final class LivenessMonitor implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(LivenessMonitor.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final TrackedApplications apps;
    private final ExpiryCheck check;
    private final PauseAwareClock clock;
    private final ExpiryPolicy rules;
    private final UnknownHeartbeatLogger unknownHeartbeats;
    private final ApplicationAdmin handControl;
    private final ScheduledExecutorService timer;

    private LivenessMonitor(
            TrackedApplications apps,
            ExpiryCheck check,
            PauseAwareClock clock,
            ExpiryPolicy rules,
            UnknownHeartbeatLogger unknownHeartbeats,
            ApplicationAdmin handControl,
            ScheduledExecutorService timer) {
        this.apps = apps;
        this.check = check;
        this.clock = clock;
        this.rules = rules;
        this.unknownHeartbeats = unknownHeartbeats;
        this.handControl = handControl;
        this.timer = timer;
    }

    /**
     * Makes a monitor; it checks nothing before {@link #start}.
     *
     * @param registry from which applications are removed that are over
     * @param reclaimer deletes their dirs
     * @param settings what can be set of the rules
     * @param surroundings the time, the threads of disks, the store of quiet times and the master
     * @param dirsForgotten told the dirs of each application that was removed, whether or not they are deleted
     * @param metrics where its metrics go
     * @return the monitor
     */
    public static LivenessMonitor create(
            Registry registry,
            Reclaimer reclaimer,
            LivenessConfig settings,
            LivenessContext surroundings,
            Consumer<List<LocalDir>> dirsForgotten,
            MetricRegistry metrics) {
        return create(registry, reclaimer, settings, surroundings, FileTimes.ON_DISK, dirsForgotten, metrics);
    }

    public static LivenessMonitor create(
            Registry registry,
            Reclaimer reclaimer,
            LivenessConfig settings,
            LivenessContext surroundings,
            FileTimes disk,
            Consumer<List<LocalDir>> dirsForgotten,
            MetricRegistry metrics) {
        MesosMaster master = surroundings.master();
        ExpiryPolicy rules = new ExpiryPolicy(
                settings.orphanTimeout(), master != null, settings.masterTimeout(), FrameworkStatus.ABSENT_FOR);
        PauseAwareClock clock = new PauseAwareClock(surroundings.ticker());
        LivenessMetrics counters = LivenessMetrics.in(metrics);
        TrackedApplications apps = new TrackedApplications(
                clock, new TransitionReporter(counters, rules), surroundings.quietTimes(), rules);
        ScanFailureReporter lookReports = new ScanFailureReporter(counters.failedLooks(), surroundings.ticker());
        LivenessMetrics.gauges(metrics, apps.all(), clock);
        UnknownHeartbeatLogger unknownHeartbeats = new UnknownHeartbeatLogger(counters.unknownHeartbeats());
        Failures failures = new Failures();
        ExpiredApplicationRemover removals = new ExpiredApplicationRemover(
                apps,
                registry,
                reclaimer,
                settings.cleanupLocalDirs(),
                dirsForgotten,
                counters,
                unknownHeartbeats,
                failures);
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(LivenessMonitor::checkThread);
        ExpiryCheck check = new ExpiryCheck(
                apps,
                registry,
                clock,
                rules,
                new FileActivityScanner(
                        surroundings.diskThreads(),
                        disk,
                        new FileAgeClock(surroundings.wallMillis(), surroundings.ticker()),
                        surroundings.ticker()),
                lookReports,
                surroundings.driverAddresses(),
                questions(master, surroundings, rules, clock, metrics),
                removals,
                failures,
                timer::isShutdown);
        ApplicationAdmin handControl = new ApplicationAdmin(
                apps, registry, clock, rules, surroundings.keeps(), removals, counters.removalsByHand());
        return new LivenessMonitor(apps, check, clock, rules, unknownHeartbeats, handControl, timer);
    }

    private static @Nullable MasterPoller questions(
            @Nullable MesosMaster master,
            LivenessContext surroundings,
            ExpiryPolicy rules,
            PauseAwareClock clock,
            MetricRegistry metrics) {
        return master == null ? null : new MasterPoller(master, surroundings.random(), rules, clock.now(), metrics);
    }

    private static Thread checkThread(Runnable task) {
        Thread thread = new Thread(task, "liveness-check");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Takes in what former runs of the process knew.
     *
     * @param quiet the applications in the registry, each with how long it was quiet by what they stored
     * @param kept those of them that are kept by hand
     * @param driverAddresses where their drivers were, as {@link #driverRegistered} had it stored, as far as that is known
     */
    public void restored(Map<String, Duration> quiet, Set<String> kept, Map<String, String> driverAddresses) {
        quiet.forEach((appId, time) -> apps.restored(appId, time, kept.contains(appId), driverAddresses.get(appId)));
        if (!kept.isEmpty()) {
            logger.info("Kept by hand until they are released, as before: {}", String.join(", ", new TreeSet<>(kept)));
        }
    }

    /** What operators may do. */
    public ApplicationAdmin handControl() {
        return handControl;
    }

    /**
     * Notes that a driver registered. Each connection that one registers on is a driver of its own; on one where a driver
     * registered before, only the new timeout counts.
     *
     * @param appId its application
     * @param timeoutMs after how many ms of silence it is over
     * @param connection its connection, compared by identity
     * @param remoteAddress where it is, and its port
     * @return the application's drivers since, to be stored; null if what is stored is to stay, since not all that were
     *     there before this process have registered again
     * @throws IllegalArgumentException if the timeout is not positive; the driver would be over at once
     */
    public @Nullable StoredDrivers driverRegistered(
            String appId, long timeoutMs, Object connection, String remoteAddress) {
        if (timeoutMs <= 0) {
            throw new IllegalArgumentException(
                    "heartbeat timeout of application " + appId + ": " + timeoutMs + " ms (expected: > 0)");
        }
        long timeoutNanos = rules.driverTimeoutNanos(timeoutMs);
        DriverState driver = new DriverState(connection, remoteAddress, timeoutNanos, clock.now(), null);
        DriverStates[] drivers = new DriverStates[1];
        apps.put(appId, app -> {
            AppLiveness next = AppLiveness.withDriver(driver, app);
            drivers[0] = next.evidence().drivers();
            return next;
        });
        List<String> predecessors = drivers[0].predecessors();
        if (!predecessors.isEmpty()) {
            logger.info(
                    "Application {}: a driver at {} registered, but before this daemon started there was one at {}."
                            + " Until one registers from there, drivers can only lengthen its life: it is over"
                            + " once nobody has used its files for {}.",
                    appId,
                    remoteAddress,
                    String.join(", and one at ", predecessors),
                    HumanReadable.time(rules.orphanTimeoutNanos()));
            return null;
        }
        return drivers[0].stored();
    }

    /**
     * Notes that what {@link #driverRegistered} returned is stored.
     *
     * @param appId the driver's application
     */
    public void driverStored(String appId) {
        check.storeDrivers(appId);
    }

    /**
     * Notes a heartbeat.
     *
     * @param appId the application whose driver sent it
     * @param connection the connection that it came over; if no driver of the application registered there, it counts for
     *     each of them
     */
    public void heartbeat(String appId, Object connection) {
        long now = clock.now();
        if (!apps.change(appId, now, app -> app.heardAt(now, connection))) {
            unknownHeartbeats.came(appId);
        }
    }

    /**
     * Notes that an application's files are about to be used: an executor registers, blocks are asked for, or where they
     * lie. To be called before that is answered. Of an application that is not known this says nothing: if it does
     * register, the next check finds it in the registry.
     *
     * @param appId the application
     */
    public void activity(String appId) {
        long now = clock.now();
        apps.change(appId, now, app -> app.activeAt(now));
    }

    /**
     * Notes that a connection ended on which a driver registered.
     *
     * @param appId the driver's application
     * @param connection the connection; only the driver on it has ended
     * @param how how it ended
     */
    public void driverDisconnected(String appId, Object connection, CloseReason how) {
        long now = clock.now();
        DriverState[] cutOff = new DriverState[1];
        apps.change(appId, now, app -> {
            AppLiveness next = app.disconnected(connection, how, now);
            boolean isCutOff = how == CloseReason.CLOSED_LOCALLY
                    && app.evidence().canDriverBeHeard()
                    && !next.evidence().canDriverBeHeard();
            cutOff[0] = isCutOff ? app.evidence().drivers().on(connection) : null;
            return next;
        });
        // When the whole service stops, every driver is cut off, and the next start knows that by itself.
        if (cutOff[0] != null && !timer.isShutdown()) {
            logger.info(
                    "Application {}: the connection of its driver at {} was closed from here, so its heartbeats cannot"
                            + " come any more. It is over once nobody has used its files for {}.",
                    appId,
                    cutOff[0].address(),
                    HumanReadable.time(rules.orphanTimeoutNanos()));
        }
    }

    /**
     * Starts the periodic check.
     *
     * @param interval how often
     */
    public void start(Duration interval) {
        expectChecks(interval);
        var unused = timer.scheduleWithFixedDelay(
                check::runAndSurvive, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    public void expectChecks(Duration interval) {
        check.expect(interval);
    }

    /** Judges every application, and begins to remove those that are over. */
    public void check() {
        check.run();
    }

    /** Ends the periodic check, and stores what the next process should know. What was decided before goes on. */
    @Override
    public void close() {
        if (timer.isShutdown()) {
            return;
        }
        timer.shutdown();
        try {
            if (!timer.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                logger.warn("The check for applications that are over hangs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        apps.storeAllQuiet(check.lastListened());
    }
}
