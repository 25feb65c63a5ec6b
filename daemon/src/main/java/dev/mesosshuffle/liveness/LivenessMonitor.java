package dev.mesosshuffle.liveness;

import com.codahale.metrics.MetricRegistry;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mesosshuffle.cleanup.Reclaimer;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.registry.RemovedApplication;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects signs of life, and removes applications that are over.
 *
 * <ol>
 *   <li>A driver that registered in this run of the process and then was silent for its own timeout is over: at once if
 *       its connection ended in order, after one more timeout if it is still open or broke.
 *   <li>An application that has no driver that could be heard (restored, cut off by this service, or never registered)
 *       is over after the orphan timeout without any sign of life. A driver registers once and never connects again, so
 *       its silence says nothing here.
 *   <li>Activity within the last timeout puts the end off until the files have been quiet for that long.
 *   <li>Until the decision to remove it, any sign of life makes an application alive again.
 * </ol>
 *
 * <p><b>Concurrency:</b> signs of life come from event loops; the check runs on a thread of its own, and what follows
 * from it on the store's thread. Each application's evidence is changed, and judged, inside one atomic step of the map;
 * the step that finds it over also takes it out of the registry, so that no request is answered from what is about to
 * go. In such a step there is memory work only. An application is unknown here exactly if it cannot be removed.
 */
public final class LivenessMonitor implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(LivenessMonitor.class);

    /** Operators know this line from Spark's log, by the name of the class that wrote it there. */
    private static final Logger sparkLogger =
            LoggerFactory.getLogger("org.apache.spark.deploy.mesos.MesosExternalShuffleBlockHandler");

    /** So long that it means never, and so short that nothing overflows. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(3650);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final int FAILURES_REMEMBERED = 1000;

    private final ConcurrentHashMap<String, AppLiveness> apps;
    private final Registry registry;
    private final Reclaimer reclaimer;
    private final ListeningClock clock;
    private final long orphanTimeoutNanos;
    private final boolean cleanupLocalDirs;
    private final Consumer<List<LocalDir>> dirsForgotten;
    private final LivenessMetrics metrics;
    private final UnknownHeartbeats unknownHeartbeats;
    private final Cache<String, Boolean> failuresTold = Caffeine.newBuilder()
            .maximumSize(FAILURES_REMEMBERED)
            .executor(Runnable::run)
            .build();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "liveness-check");
        thread.setDaemon(true);
        return thread;
    });

    private LivenessMonitor(
            ConcurrentHashMap<String, AppLiveness> apps,
            Registry registry,
            Reclaimer reclaimer,
            ListeningClock clock,
            long orphanTimeoutNanos,
            boolean cleanupLocalDirs,
            Consumer<List<LocalDir>> dirsForgotten,
            LivenessMetrics metrics) {
        this.apps = apps;
        this.registry = registry;
        this.reclaimer = reclaimer;
        this.clock = clock;
        this.orphanTimeoutNanos = orphanTimeoutNanos;
        this.cleanupLocalDirs = cleanupLocalDirs;
        this.dirsForgotten = dirsForgotten;
        this.metrics = metrics;
        this.unknownHeartbeats = new UnknownHeartbeats(metrics.unknownHeartbeats());
    }

    /**
     * Makes a monitor; it checks nothing before {@link #start}.
     *
     * @param registry from which applications are removed that are over
     * @param reclaimer deletes their dirs
     * @param nanoTime the time, in ns from any point
     * @param orphanTimeout after how long an application is over that has no driver that could be heard
     * @param cleanupLocalDirs whether dirs are deleted at all
     * @param dirsForgotten told the dirs of each application that was removed, whether or not they are deleted
     * @param metrics where its metrics go
     * @return the monitor
     */
    public static LivenessMonitor create(
            Registry registry,
            Reclaimer reclaimer,
            LongSupplier nanoTime,
            Duration orphanTimeout,
            boolean cleanupLocalDirs,
            Consumer<List<LocalDir>> dirsForgotten,
            MetricRegistry metrics) {
        ConcurrentHashMap<String, AppLiveness> apps = new ConcurrentHashMap<>();
        ListeningClock clock = new ListeningClock(nanoTime);
        return new LivenessMonitor(
                apps,
                registry,
                reclaimer,
                clock,
                bounded(orphanTimeout).toNanos(),
                cleanupLocalDirs,
                dirsForgotten,
                LivenessMetrics.in(metrics, apps.values(), clock));
    }

    private static Duration bounded(Duration timeout) {
        return timeout.compareTo(LONGEST_TIMEOUT) < 0 ? timeout : LONGEST_TIMEOUT;
    }

    /**
     * Takes in what a former run of the process knew.
     *
     * @param appIds the applications in the registry
     */
    public void restored(Collection<String> appIds) {
        appIds.forEach(this::addWithoutDriver);
    }

    private void addWithoutDriver(String appId) {
        apps.computeIfAbsent(appId, id -> AppLiveness.withoutDriver(clock.now()));
    }

    /**
     * Notes that a driver registered. If it did before, only the new connection and timeout count.
     *
     * @param appId its application
     * @param timeoutMs after how many ms of silence it is over
     * @param connection its connection, compared by identity
     * @param remoteAddress where it is, for people
     * @throws IllegalArgumentException if the timeout is not positive; the driver would be over at once
     */
    public void driverRegistered(String appId, long timeoutMs, Object connection, String remoteAddress) {
        if (timeoutMs <= 0) {
            throw new IllegalArgumentException(
                    "heartbeat timeout of application " + appId + ": " + timeoutMs + " ms (expected: > 0)");
        }
        long timeoutNanos = bounded(Duration.ofMillis(timeoutMs)).toNanos();
        apps.compute(appId, (id, app) -> {
            countIfRevived(app);
            return AppLiveness.withDriver(connection, remoteAddress, timeoutNanos, clock.now());
        });
    }

    /**
     * Notes a heartbeat.
     *
     * @param appId the application whose driver sent it
     */
    public void heartbeat(String appId) {
        AppLiveness known = apps.computeIfPresent(appId, (id, app) -> {
            countIfRevived(app);
            return app.heardAt(clock.now());
        });
        if (known == null) {
            unknownHeartbeats.came(appId);
        }
    }

    private void countIfRevived(@Nullable AppLiveness app) {
        if (app != null && app.state(clock.now()) == AppState.DRIVER_SILENT) {
            metrics.revivals().inc();
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
        apps.computeIfPresent(appId, (id, app) -> app.activeAt(clock.now()));
    }

    /**
     * Notes that a connection ended on which a driver registered.
     *
     * @param appId the driver's application
     * @param connection the connection; if the driver registered again on another since, nothing happens
     * @param how how it ended
     */
    public void driverDisconnected(String appId, Object connection, Disconnect how) {
        AppLiveness.Driver[] cutOff = new AppLiveness.Driver[1];
        apps.computeIfPresent(appId, (id, app) -> {
            AppLiveness.Driver driver = app.driver();
            boolean isLatest = driver != null && driver.connection() == connection;
            cutOff[0] = isLatest && how == Disconnect.CUT_OFF_BY_US ? driver : null;
            return app.disconnected(connection, how);
        });
        // When the whole service stops, every driver is cut off, and the next start knows that by itself.
        if (cutOff[0] != null && !timer.isShutdown()) {
            logger.info(
                    "Application {}: the connection of its driver at {} was closed from here, so its heartbeats cannot"
                            + " come any more. It is over once nobody has used its files for {}.",
                    appId,
                    cutOff[0].address(),
                    Duration.ofNanos(orphanTimeoutNanos));
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
                this::checkAndSurvive, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    synchronized void expectChecks(Duration interval) {
        clock.expectChecks(interval);
    }

    private void checkAndSurvive() {
        try {
            check();
        } catch (RuntimeException | Error e) {
            // An exception would be the last thing the timer ever hears of this check.
            failed("The check for applications that are over failed", e);
        }
    }

    /** Judges every application, and begins to remove those that are over. */
    public synchronized void check() {
        if (!clock.checkBegins()) {
            logger.info("This process was paused: nothing is judged before the next check");
            return;
        }
        adopt();
        for (String appId : apps.keySet()) {
            try {
                judge(appId);
            } catch (RuntimeException | Error e) {
                failed("Application " + appId + " could not be judged, others were", e);
            }
        }
    }

    /** Takes in what registered while it was unknown here: from now on it can be over one day. */
    private void adopt() {
        try {
            registry.applications().forEach(this::addWithoutDriver);
        } catch (RuntimeException e) {
            failed("Applications whose driver is unknown could not be looked up", e);
        }
    }

    private record Decision(AppLiveness app, RemovedApplication removed) {}

    private void judge(String appId) {
        // The master's word, once it is asked, comes before this step; the step decides again, in case of a sign of
        // life.
        Decision[] decision = new Decision[1];
        apps.computeIfPresent(appId, (id, app) -> switch (app.judge(clock.now(), orphanTimeoutNanos)) {
            case ALIVE -> app;
            case DEFERRED -> deferred(app);
            case OVER -> {
                decision[0] = new Decision(app, registry.remove(id));
                yield null;
            }
        });
        if (decision[0] != null) {
            remove(decision[0].app(), decision[0].removed());
        }
    }

    private AppLiveness deferred(AppLiveness app) {
        if (!app.deferred()) {
            metrics.deferrals().inc();
        }
        return app.deferredOnce();
    }

    private void remove(AppLiveness app, RemovedApplication removed) {
        if (!app.announced()) {
            sparkLogger.info("Application {} timed out. Removing shuffle files.", removed.appId());
        }
        CompletableFuture<Void> persisted;
        try {
            persisted = registry.persistRemoval(removed, cleanupLocalDirs);
        } catch (RuntimeException e) {
            persisted = CompletableFuture.failedFuture(e);
        }
        var unused = persisted.whenComplete((done, failure) -> {
            try {
                removalPersisted(app, removed, failure);
            } catch (RuntimeException e) {
                failed("Application " + removed.appId() + " could not be removed", e);
            }
        });
    }

    private void removalPersisted(AppLiveness app, RemovedApplication removed, @Nullable Throwable failure) {
        String appId = removed.appId();
        if (failure == null) {
            metrics.expiries().inc();
            unknownHeartbeats.removed(appId);
            dirsForgotten.accept(removed.dirs());
            if (cleanupLocalDirs) {
                reclaimer.reclaim(removed.removals());
            }
            return;
        }
        if (!app.announced()) {
            logger.warn(
                    "Application {} is over but stays, since that could not be persisted: {}. It is tried again at each"
                            + " check.",
                    appId,
                    failure.getMessage());
        }
        registry.reinstate(removed);
        // Its driver may have registered again meanwhile: then that counts.
        apps.merge(appId, app.announcedOnce(), (now, before) -> now.driver() != null ? now : before);
    }

    private void failed(String what, Throwable reason) {
        if (failuresTold.asMap().putIfAbsent(reason.toString(), true) == null) {
            logger.error("{} (told once, tried again at each check)", what, reason);
        }
    }

    /** Ends the periodic check. What was decided before goes on. */
    @Override
    public void close() {
        timer.shutdown();
        try {
            if (!timer.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                logger.warn("The check for applications that are over hangs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
