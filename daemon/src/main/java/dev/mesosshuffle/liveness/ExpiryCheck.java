package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.FileActivityScanner;
import dev.mesosshuffle.activity.LastChange;
import dev.mesosshuffle.activity.ScanFailure;
import dev.mesosshuffle.activity.ScanFailureReporter;
import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.registry.StoredDrivers;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One check of all applications: judges each, has the directories of those scanned that would expire, and polls the master
 * for those that wait for it.
 *
 * <p>A check judges as of the time when it began, also what is decided later, after a scan: a process that is paused in
 * the middle only finds liveness signals that are later than that.
 *
 * <p><b>Concurrency:</b> checks run one at a time; what follows a scan or a response runs on the thread that brings it.
 */
final class ExpiryCheck {
    private static final Logger logger = LoggerFactory.getLogger(ExpiryCheck.class);

    private final TrackedApplications apps;
    private final Registry registry;
    private final PauseAwareClock clock;
    private final ExpiryPolicy configuredPolicy;
    private final DirectoryScans scans;
    private final LivenessStore store;
    private final @Nullable MasterPoller masterPoller;
    private final ExpiredApplicationRemover remover;
    private final RateLimitedLogger failureLogger;
    private final ReentrantLock checkLock = new ReentrantLock();

    /** The scans that will have a consequence, by their applications; without one, what counts as running never ends. */
    private final Map<String, Object> runningScans = new ConcurrentHashMap<>();

    private volatile boolean closed;

    /** With the effect of the check interval. */
    private volatile ExpiryPolicy policy;

    /** When the last check began that was in time: until then this process listened for sure. */
    private volatile long lastCheckStarted;

    /**
     * How directories are scanned.
     *
     * @param reporter logs and counts failed scans
     */
    record DirectoryScans(FileActivityScanner scanner, ScanFailureReporter reporter) {}

    ExpiryCheck(
            TrackingContext tracking,
            DirectoryScans scans,
            LivenessStore store,
            @Nullable MasterPoller masterPoller,
            ExpiredApplicationRemover remover,
            RateLimitedLogger failureLogger) {
        this.apps = tracking.apps();
        this.registry = tracking.registry();
        this.clock = tracking.clock();
        this.configuredPolicy = tracking.policy();
        this.policy = configuredPolicy;
        this.scans = scans;
        this.store = store;
        this.masterPoller = masterPoller;
        this.remover = remover;
        this.failureLogger = failureLogger;
        this.lastCheckStarted = clock.now();
    }

    void setCheckInterval(Duration interval) {
        checkLock.lock();
        try {
            clock.setCheckInterval(interval);
            policy = configuredPolicy.withCheckInterval(interval);
            if (masterPoller != null) {
                masterPoller.setCheckInterval(interval);
            }
        } finally {
            checkLock.unlock();
        }
    }

    long lastCheckStarted() {
        return lastCheckStarted;
    }

    boolean isClosed() {
        return closed;
    }

    /** From now on scans have no consequence. Returns whether no check is running any more, after a timeout at most. */
    boolean close(Duration timeout) throws InterruptedException {
        closed = true;
        if (!checkLock.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        checkLock.unlock();
        return true;
    }

    void run() {
        checkLock.lock();
        try {
            if (!closed) {
                runLocked();
            }
        } finally {
            checkLock.unlock();
        }
    }

    private void runLocked() {
        if (!clock.beginCheck()) {
            logger.info("This process was paused: no application is judged before the next check");
            return;
        }
        long now = clock.now();
        lastCheckStarted = now;
        remover.endLate();
        adoptRegistered();
        for (String appId : apps.ids()) {
            try {
                apps.saveIdleTime(appId, now);
                judge(appId, now);
            } catch (RuntimeException | Error e) {
                failed("Application " + appId + " could not be judged, others were", e);
            }
        }
        if (masterPoller != null) {
            pollMaster(masterPoller, now);
        }
    }

    private void failed(String what, Throwable reason) {
        if (reason instanceof OutOfMemoryError shortage) {
            HeapShortage.survived(shortage);
        }
        failureLogger.errorOnce(logger, what, reason);
    }

    /** Tracks what registered while it was unknown here: from now on it can expire. */
    private void adoptRegistered() {
        try {
            apps.adopt(registry.applications());
        } catch (RuntimeException | Error e) {
            failed("Registered applications could not be listed", e);
        }
    }

    private void judge(String appId, long now) {
        Object[] started = new Object[1];
        ScanFailure[] hanging = new ScanFailure[1];
        try {
            judge(appId, now, started, hanging);
        } catch (RuntimeException | Error e) {
            if (started[0] != null) {
                runningScans.remove(appId, started[0]);
            }
            throw e;
        }
        if (started[0] != null) {
            startScan(appId, started[0], now);
        } else if (hanging[0] != null) {
            scans.reporter().failed(appId, hanging[0]);
        }
    }

    private void judge(String appId, long now, Object[] started, ScanFailure[] hanging) {
        apps.change(appId, now, app -> {
            AppLiveness current = app.withoutExpiredDrivers(now);
            if (!current.equals(app)) {
                saveDrivers(appId, current.signals().drivers());
            }
            AppLiveness.Judgement judgement = current.judge(now, policy);
            if (!judgement.isExpired()) {
                return judgement.app();
            }
            if (app.scan().isRunning() && runningScans.containsKey(appId)) {
                hanging[0] = app.scan().hangs(now) ? ScanFailure.HANGING : null;
                return judgement.app().whileScanning(now);
            }
            Object scan = new Object();
            started[0] = scan;
            runningScans.put(appId, scan);
            return judgement.app().scanStarted(now);
        });
    }

    /**
     * Stores an application's drivers again if there are several: of two that register at once, the writes may come in the
     * other order, one without the other.
     */
    void saveDrivers(String appId) {
        apps.change(appId, app -> {
            DriverStates drivers = app.signals().drivers();
            if (drivers.known().size() > 1) {
                saveDrivers(appId, drivers);
            }
            return app;
        });
    }

    /** Inside an atomic step, so that the last write is the right one. */
    private void saveDrivers(String appId, DriverStates drivers) {
        StoredDrivers stored = drivers.stored();
        if (stored != null) {
            var unused = store.saveDrivers(appId, stored).exceptionally(e -> {
                logger.debug("The drivers of {} could not be stored", appId, e);
                return null;
            });
        }
    }

    private void startScan(String appId, Object token, long now) {
        boolean started = false;
        try {
            scan(appId, token, now);
            started = true;
        } finally {
            if (!started) {
                runningScans.remove(appId, token);
            }
        }
    }

    private void scan(String appId, Object token, long now) {
        CompletableFuture<LastChange> scan;
        try {
            boolean allDirsKnown = registry.isWhollyKnown(appId);
            scan = scans.scanner()
                    .newestChange(registry.ownedDirs(appId))
                    .thenApply(
                            change -> allDirsKnown ? change : change.and(LastChange.unknown(ScanFailure.DIRS_UNKNOWN)));
        } catch (RuntimeException | Error e) {
            scan = CompletableFuture.failedFuture(e);
        }
        var unused = scan.whenComplete((change, failure) -> {
            try {
                scanEnded(appId, change, failure, now);
            } finally {
                // After its consequence, for which there may be no memory: then the directories are scanned again.
                runningScans.remove(appId, token);
            }
        });
    }

    private void scanEnded(String appId, @Nullable LastChange change, @Nullable Throwable failure, long now) {
        boolean judged = false;
        try {
            if (!closed) {
                LastChange seen =
                        change != null ? change : LastChange.unknown(ScanFailure.of(Objects.requireNonNull(failure)));
                judgeAfterScan(appId, seen, now);
                judged = true;
            }
        } catch (RuntimeException | Error e) {
            failed("Application " + appId + " could not be judged after a scan of its directories", e);
        }
        if (!judged) {
            apps.change(appId, now, AppLiveness::scanEnded);
        }
    }

    private void judgeAfterScan(String appId, LastChange change, long now) {
        RemovalDecision[] decision = new RemovalDecision[1];
        boolean[] deferredAsUnknown = new boolean[1];
        try {
            apps.change(appId, now, app -> {
                AppLiveness.Judgement judgement = app.judgeAfterScan(change, now, policy);
                deferredAsUnknown[0] = judgement.app().deferral() == Deferral.UNKNOWN;
                if (!judgement.isExpired()) {
                    return judgement.app();
                }
                RemovalDecision its =
                        new RemovalDecision(judgement.app(), judgement.app().removing(now), false, now);
                decision[0] = its;
                // This step removes it from all lookups too, so that no request is answered from files to be deleted.
                its.removeFrom(registry, appId);
                return its.removing();
            });
        } catch (RuntimeException | Error e) {
            remover.takeBack(decision[0], e);
            throw e;
        }
        try {
            if (change.failure() == null) {
                scans.reporter().succeeded(appId);
            } else if (deferredAsUnknown[0]) {
                scans.reporter().failed(appId, change.failure());
            }
        } finally {
            // Whether or not there is memory to log what was found.
            if (decision[0] != null) {
                var unused = remover.persist(decision[0]);
            }
        }
    }

    private void pollMaster(MasterPoller poller, long now) {
        MasterPoller.PollDemand demand = poller.newDemand();
        apps.all().forEach(app -> demand.add(app, now));
        poller.pollIfDue(demand, now, new MasterPoller.Listener() {
            @Override
            public void responded(FrameworkSnapshot response) {
                long then = clock.now();
                apps.ids()
                        .forEach(appId ->
                                apps.change(appId, then, app -> app.withMasterResponse(response, appId, then, policy)));
            }

            @Override
            public void failed() {
                long then = clock.now();
                apps.ids().forEach(appId -> apps.change(appId, then, app -> app.masterPollFailed(then)));
            }
        });
    }
}
