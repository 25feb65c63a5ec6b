package dev.mesosshuffle.liveness;

import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.jfr.FlightRecording;
import dev.mesosshuffle.logging.HumanReadable;
import dev.mesosshuffle.logging.SparkLoggers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs and counts each transition between states, with its reason. For any thread. */
final class TransitionReporter {
    private static final Logger logger = LoggerFactory.getLogger(TransitionReporter.class);

    private final LivenessMetrics metrics;
    private final ExpiryPolicy policy;
    private final EventRecorder events;

    TransitionReporter(LivenessMetrics metrics, ExpiryPolicy policy, EventRecorder events) {
        this.metrics = metrics;
        this.policy = policy;
        this.events = events;
    }

    void report(String appId, AppLiveness before, AppLiveness after, long now) {
        if (before.state() == after.state() && before.deferral() == after.deferral()) {
            return;
        }
        if (before.state() == AppState.KEPT) {
            reportRelease(appId, after, now);
            return;
        }
        switch (after.state()) {
            case DRIVER_ALIVE -> reportRecovery(appId, before, now);
            case DRIVERLESS -> reportDriverless(appId, before, after, now);
            case DRIVER_UNRESPONSIVE -> reportUnresponsive(appId, before, after, now);
            case DEFERRED -> reportDeferral(appId, after, now);
            case WAITING_FOR_MASTER -> reportWait(appId, after, now);
            case KEPT -> reportKeep(appId, before);
            case REMOVING -> reportExpiry(appId, before, after, now);
        }
    }

    private void reportRecovery(String appId, AppLiveness before, long now) {
        metrics.countRecovery(true);
        logger.info(
                "Application {} is alive: its driver sent a heartbeat again after {}.",
                appId,
                HumanReadable.time(before.signals().idleNanos(now)));
    }

    private void reportDriverless(String appId, AppLiveness before, AppLiveness after, long now) {
        if (before.signals().isDriverReachable() && !after.signals().isDriverReachable()) {
            // LivenessMonitor logs it, because it knows whether the whole service stops.
            return;
        }
        metrics.countRecovery(false);
        logger.info(
                "Application {} is alive: its files are in use again after {}.",
                appId,
                HumanReadable.time(before.signals().idleNanos(now)));
    }

    private void reportUnresponsive(String appId, AppLiveness before, AppLiveness after, long now) {
        DriverState driver = after.signals().drivers().inCharge(now);
        if (before.state() != AppState.DRIVER_ALIVE || driver == null) {
            return;
        }
        metrics.heartbeatTimeouts.inc();
        logger.info(
                "Application {}: its driver at {} has sent no heartbeat for {}, and {}.",
                appId,
                driver.address(),
                HumanReadable.time(now - driver.lastHeartbeat()),
                driver.connectionState());
    }

    private void reportDeferral(String appId, AppLiveness after, long now) {
        Deferral reason = after.deferral();
        if (reason == null) {
            throw new IllegalStateException(appId + " is deferred for no reason");
        }
        metrics.countDeferral(reason);
        if (reason == Deferral.UNKNOWN) {
            // ScanFailureReporter logs it, because it knows the failure.
            return;
        }
        String requiredIdleTime = HumanReadable.time(after.signals().requiredIdleNanos());
        String expiry = expiryReason(after, now);
        String why = reason.text(requiredIdleTime);
        logger.info("Application {} would expire ({}), but stays: {}.", appId, expiry, why);
        events.record(EventKind.DEFERRAL, appId, "would expire (" + expiry + "), but stays: " + why);
    }

    private void reportWait(String appId, AppLiveness after, long now) {
        metrics.expiriesAwaitingMaster.inc();
        logger.info(
                "Application {} would expire ({}), and waits for a response of the Mesos master, for up to {}.",
                appId,
                expiryReason(after, now),
                HumanReadable.time(policy.masterTimeoutNanos()));
    }

    private void reportKeep(String appId, AppLiveness before) {
        metrics.operatorKeeps.inc();
        events.record(
                EventKind.OPERATOR,
                appId,
                "kept until it is released; it was " + before.state().label());
        logger.info(
                "Application {} is kept by an operator, and cannot expire until it is released; it was {}.",
                appId,
                before.state().label());
    }

    private void reportRelease(String appId, AppLiveness after, long now) {
        metrics.operatorReleases.inc();
        events.record(EventKind.OPERATOR, appId, "released, and its timeouts restart");
        logger.info(
                "Application {} was released by an operator, and its timeouts restart: {}.",
                appId,
                StatusText.nextStep(after, policy, now));
    }

    private void reportExpiry(String appId, AppLiveness before, AppLiveness after, long now) {
        if (after.removal().expiryLogged()) {
            return;
        }
        String master = policy.pollsMaster() ? "; " + before.framework().text() : "";
        String reason = expiryReason(before, now) + master;
        logger.info("Application {} expired: {}.", appId, reason);
        events.record(EventKind.EXPIRY, appId, "expired: " + reason);
        FlightRecording.expired(appId, reason);
        // Operators know this line from Spark's log, by the name of the class that wrote it there.
        SparkLoggers.BLOCK_HANDLER.info("Application {} timed out. Removing shuffle files.", appId);
    }

    /** Returns which rule makes its expiry due. */
    private String expiryReason(AppLiveness app, long now) {
        LivenessSignals signals = app.signals();
        DriverState driver = signals.drivers().inCharge(now);
        if (driver != null && signals.isDriverReachable()) {
            return "its driver at " + driver.address() + " sent no heartbeat for "
                    + HumanReadable.time(now - driver.lastHeartbeat()) + ", and " + driver.connectionState();
        }
        if (signals.drivers().areExpectedBack() && signals.drivers().absentIn(now) <= 0) {
            return "its driver registers again after a loss, and has not done so for two timeouts";
        }
        if (signals.isExpiryDue(now, policy.orphanTimeoutNanos())) {
            return "no driver can send heartbeats, and its files were idle for "
                    + HumanReadable.time(signals.idleNanos(now));
        }
        return "no driver can send heartbeats, and " + app.framework().text();
    }
}
