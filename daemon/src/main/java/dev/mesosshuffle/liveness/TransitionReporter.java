package dev.mesosshuffle.liveness;

import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.logging.SparkLoggers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of, and counts, each step from one state to another, with its reason. For any thread. */
final class TransitionReporter {
    private static final Logger logger = LoggerFactory.getLogger(TransitionReporter.class);

    /** Operators know this line from Spark's log, by the name of the class that wrote it there. */
    private final LivenessMetrics metrics;

    private final ExpiryPolicy rules;

    TransitionReporter(LivenessMetrics metrics, ExpiryPolicy rules) {
        this.metrics = metrics;
        this.rules = rules;
    }

    void note(String appId, AppLiveness before, AppLiveness after, long now) {
        if (before.state() == after.state() && before.deferral() == after.deferral()) {
            return;
        }
        if (before.state() == AppState.KEPT) {
            released(appId, after, now);
            return;
        }
        switch (after.state()) {
            case DRIVER_HEARD -> revived(appId, before, now);
            case WITHOUT_DRIVER -> withoutDriver(appId, before, after, now);
            case DRIVER_SILENT -> silent(appId, before, after, now);
            case DEFERRED -> deferred(appId, after, now);
            case WAITING_FOR_MASTER -> waiting(appId, after, now);
            case KEPT -> kept(appId, before);
            case GOING -> going(appId, before, after, now);
        }
    }

    private void revived(String appId, AppLiveness before, long now) {
        metrics.revivals().inc();
        long silence = before.evidence().quietNanos(now);
        logger.info(
                "Application {} is alive: its driver was heard again after {}.", appId, HumanReadable.time(silence));
    }

    private void withoutDriver(String appId, AppLiveness before, AppLiveness after, long now) {
        if (before.evidence().canDriverBeHeard() && !after.evidence().canDriverBeHeard()) {
            // Told of by the one who knows whether the whole service stops.
            return;
        }
        metrics.revivals().inc();
        logger.info(
                "Application {} is alive: its files are in use again after {}.",
                appId,
                HumanReadable.time(before.evidence().quietNanos(now)));
    }

    private void silent(String appId, AppLiveness before, AppLiveness after, long now) {
        DriverState driver = after.evidence().drivers().inCharge();
        if (before.state() != AppState.DRIVER_HEARD || driver == null) {
            return;
        }
        metrics.silences().inc();
        logger.info(
                "Application {}: its driver at {} has not been heard for {}, and {}.",
                appId,
                driver.address(),
                HumanReadable.time(now - driver.heard()),
                driver.connectionState());
    }

    private void deferred(String appId, AppLiveness after, long now) {
        Deferral reason = after.deferral();
        if (reason == null) {
            throw new IllegalStateException(appId + " is deferred for no reason");
        }
        metrics.countDeferral(reason);
        if (reason == Deferral.UNKNOWN) {
            // Logged by the one who knows what could not be looked at.
            return;
        }
        String quietTime = HumanReadable.time(after.evidence().quietTimeNanos());
        logger.info(
                "Application {} would be over ({}), but stays: {}.", appId, why(after, now), reason.text(quietTime));
    }

    private void waiting(String appId, AppLiveness after, long now) {
        metrics.masterWaits().inc();
        logger.info(
                "Application {} would be over ({}), and the Mesos master's word is waited for, for up to {}.",
                appId,
                why(after, now),
                HumanReadable.time(rules.masterTimeoutNanos()));
    }

    private void kept(String appId, AppLiveness before) {
        metrics.keeps().inc();
        logger.info(
                "Application {} is kept by hand, whatever speaks for its end, until it is released; it was {}.",
                appId,
                before.state().metric());
    }

    private void released(String appId, AppLiveness after, long now) {
        metrics.releases().inc();
        logger.info(
                "Application {} is not kept by hand any more, and judged as if it had been heard just now: {}.",
                appId,
                StatusText.of(after, rules, now));
    }

    private void going(String appId, AppLiveness before, AppLiveness after, long now) {
        if (after.announced()) {
            return;
        }
        String master = rules.asksMaster() ? "; " + before.word().text() : "";
        logger.info("Application {} is over: {}{}.", appId, why(before, now), master);
        SparkLoggers.BLOCK_HANDLER.info("Application {} timed out. Removing shuffle files.", appId);
    }

    /** Which rule makes its end due. */
    private String why(AppLiveness app, long now) {
        LivenessSignals evidence = app.evidence();
        DriverState driver = evidence.drivers().inCharge();
        if (driver != null && evidence.canDriverBeHeard()) {
            return "its driver at " + driver.address() + " was not heard for "
                    + HumanReadable.time(now - driver.heard()) + ", and " + driver.connectionState();
        }
        if (evidence.isEndDue(now, rules.orphanTimeoutNanos())) {
            return "its driver cannot be heard, and nobody used its files for "
                    + HumanReadable.time(evidence.quietNanos(now));
        }
        return "its driver cannot be heard, and " + app.word().text();
    }
}
