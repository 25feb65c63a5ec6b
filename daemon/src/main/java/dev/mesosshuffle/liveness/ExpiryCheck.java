package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.FileActivityScanner;
import dev.mesosshuffle.activity.LastChange;
import dev.mesosshuffle.activity.ScanFailure;
import dev.mesosshuffle.activity.ScanFailureReporter;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.registry.StoredDrivers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One round over all applications: judges each, has a look taken into the dirs of those that would be over, and asks the
 * master for those that wait for its word.
 *
 * <p>All of a round is judged as of the moment when it began, also what is decided later, after a look into dirs: a
 * process that is paused in the middle finds only signs of life that are later than that.
 *
 * <p><b>Concurrency:</b> rounds come one at a time; what follows a look or an answer runs on the thread that brings it.
 */
final class ExpiryCheck {
    private static final Logger logger = LoggerFactory.getLogger(ExpiryCheck.class);

    private final TrackedApplications apps;
    private final Registry registry;
    private final PauseAwareClock clock;
    private final ExpiryPolicy givenRules;
    private final FileActivityScanner fileChanges;
    private final ScanFailureReporter lookReports;
    private final DriverAddresses driverAddresses;
    private final @Nullable MasterPoller questions;
    private final ExpiredApplicationRemover removals;
    private final Failures failures;
    private final BooleanSupplier closed;

    /** With what follows from how often checks come. */
    private volatile ExpiryPolicy rules;

    /** When a check last began that was in time: up to there this process listened for sure. */
    private volatile long lastListened;

    ExpiryCheck(
            TrackedApplications apps,
            Registry registry,
            PauseAwareClock clock,
            ExpiryPolicy rules,
            FileActivityScanner fileChanges,
            ScanFailureReporter lookReports,
            DriverAddresses driverAddresses,
            @Nullable MasterPoller questions,
            ExpiredApplicationRemover removals,
            Failures failures,
            BooleanSupplier closed) {
        this.apps = apps;
        this.registry = registry;
        this.clock = clock;
        this.givenRules = rules;
        this.rules = rules;
        this.fileChanges = fileChanges;
        this.lookReports = lookReports;
        this.driverAddresses = driverAddresses;
        this.questions = questions;
        this.removals = removals;
        this.failures = failures;
        this.closed = closed;
        this.lastListened = clock.now();
    }

    synchronized void expect(Duration interval) {
        clock.expectChecks(interval);
        rules = givenRules.checkedEach(interval);
        if (questions != null) {
            questions.expectChecks(interval);
        }
    }

    long lastListened() {
        return lastListened;
    }

    /** A round that survives whatever is thrown: an exception would be the last thing the timer ever hears of it. */
    void runAndSurvive() {
        try {
            run();
        } catch (RuntimeException | Error e) {
            failures.tell("The check for applications that are over failed", e);
        }
    }

    synchronized void run() {
        if (!clock.checkBegins()) {
            logger.info("This process was paused: nothing is judged before the next check");
            return;
        }
        long now = clock.now();
        lastListened = now;
        adopt();
        for (String appId : apps.ids()) {
            try {
                apps.storeQuiet(appId, now);
                judge(appId, now);
            } catch (RuntimeException | Error e) {
                failures.tell("Application " + appId + " could not be judged, others were", e);
            }
        }
        if (questions != null) {
            ask(questions, now);
        }
    }

    /** Takes in what registered while it was unknown here: from now on it can be over one day. */
    private void adopt() {
        try {
            apps.adopt(registry.applications());
        } catch (RuntimeException e) {
            failures.tell("Applications whose driver is unknown could not be looked up", e);
        }
    }

    private void judge(String appId, long now) {
        boolean[] looks = new boolean[1];
        ScanFailure[] hangs = new ScanFailure[1];
        apps.change(appId, now, app -> {
            AppLiveness current = app.withoutExpiredDrivers(now);
            if (!current.equals(app)) {
                storeDriver(appId, current.evidence().drivers());
            }
            AppLiveness.Judgement judgement = current.judge(now, rules);
            if (!judgement.isOver()) {
                return judgement.app();
            }
            if (app.look().isRunning()) {
                hangs[0] = app.look().hangs(now) ? ScanFailure.HANGING : null;
                return judgement.app().waitingForLook(now);
            }
            looks[0] = true;
            return judgement.app().looking(now);
        });
        if (looks[0]) {
            look(appId, now);
        } else if (hangs[0] != null) {
            lookReports.failed(appId, hangs[0]);
        }
    }

    /**
     * Stores again where an application's drivers are if there are several: two that register at once may be written in
     * the other order, the one without the other.
     */
    void storeDrivers(String appId) {
        apps.change(appId, app -> {
            DriverStates drivers = app.evidence().drivers();
            if (drivers.known().size() > 1) {
                storeDriver(appId, drivers);
            }
            return app;
        });
    }

    /** Inside an atomic step, so that the last to be written is right. */
    private void storeDriver(String appId, DriverStates drivers) {
        StoredDrivers stored = drivers.stored();
        if (stored != null) {
            var unused = driverAddresses.put(appId, stored).exceptionally(e -> {
                logger.debug("The address of the driver of {} could not be stored", appId, e);
                return null;
            });
        }
    }

    private void look(String appId, long now) {
        CompletableFuture<LastChange> look;
        try {
            boolean isWhole = registry.isWhollyKnown(appId);
            look = fileChanges
                    .newest(registry.ownedDirs(appId))
                    .thenApply(change -> isWhole ? change : change.and(LastChange.unseen(ScanFailure.DIRS_UNKNOWN)));
        } catch (RuntimeException | Error e) {
            look = CompletableFuture.failedFuture(e);
        }
        var unused = look.whenComplete((change, failure) -> {
            boolean isJudged = false;
            try {
                if (!closed.getAsBoolean()) {
                    LastChange seen = failure == null ? change : LastChange.unseen(ScanFailure.of(failure));
                    judgeAfterLook(appId, seen, now);
                    isJudged = true;
                }
            } catch (RuntimeException | Error e) {
                failures.tell("Application " + appId + " could not be judged after a look into its dirs", e);
            }
            if (!isJudged) {
                // Else nobody would ever look again.
                apps.change(appId, now, AppLiveness::lookEnded);
            }
        });
    }

    private void judgeAfterLook(String appId, LastChange change, long now) {
        ExpiredApplicationRemover.Decision[] decision = new ExpiredApplicationRemover.Decision[1];
        boolean[] isUnknown = new boolean[1];
        apps.change(appId, now, app -> {
            AppLiveness.Judgement judgement = app.judgeAfterLook(change, now, rules);
            isUnknown[0] = judgement.app().deferral() == Deferral.UNKNOWN;
            if (!judgement.isOver()) {
                return judgement.app();
            }
            // In this step it goes from all lookups too, so that no request is answered from what is about to go.
            AppLiveness going = judgement.app().going(now);
            decision[0] = new ExpiredApplicationRemover.Decision(judgement.app(), going, registry.remove(appId), false);
            return going;
        });
        if (change.failure() == null) {
            lookReports.worked(appId);
        } else if (isUnknown[0]) {
            lookReports.failed(appId, change.failure());
        }
        if (decision[0] != null) {
            var unused = removals.persist(decision[0], now);
        }
    }

    private void ask(MasterPoller master, long now) {
        MasterPoller.Needs needs = master.needs();
        apps.all().forEach(app -> needs.of(app, now));
        master.askIfDue(needs, now, new MasterPoller.Listener() {
            @Override
            public void answered(FrameworkSnapshot answer) {
                long then = clock.now();
                apps.ids().forEach(appId -> apps.change(appId, then, app -> app.answered(answer, appId, then, rules)));
            }

            @Override
            public void unanswered() {
                long then = clock.now();
                apps.ids().forEach(appId -> apps.change(appId, then, app -> app.unanswered(then)));
            }
        });
    }
}
