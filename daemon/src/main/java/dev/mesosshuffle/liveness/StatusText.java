package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.ScanFailure;
import dev.mesosshuffle.logging.HumanReadable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An application's state in words, for operators: why it is in that state, and what happens next. */
final class StatusText {
    private StatusText() {}

    static String reason(AppLiveness app, long now) {
        return switch (app.state()) {
            case DRIVER_ALIVE, DRIVER_UNRESPONSIVE, DRIVERLESS ->
                ofDrivers(app.signals().drivers(), now);
            case DEFERRED -> ofDeferral(app);
            case WAITING_FOR_MASTER ->
                "its expiry is due, and " + app.framework().text();
            case KEPT -> "kept by an operator";
            case REMOVING -> "expired";
        };
    }

    private static String ofDeferral(AppLiveness app) {
        Deferral deferral = app.deferral();
        ScanFailure failure = app.scan().failure();
        if (deferral == null) {
            return "";
        }
        return deferral == Deferral.UNKNOWN && failure != null
                ? "its local directories cannot be scanned (" + failure.text() + ")"
                : deferral.text(HumanReadable.time(app.signals().requiredIdleNanos()));
    }

    private static String ofDrivers(DriverStates drivers, long now) {
        DriverState driver = drivers.inCharge(now);
        FormerDrivers predecessors = drivers.predecessors();
        if (driver == null) {
            return "its driver has not registered since this daemon started"
                    + (predecessors.reregister() ? ", and does so if it runs" : "");
        }
        if (!predecessors.isEmpty()) {
            return "its driver, at " + String.join(" or ", predecessors.addresses())
                    + ", has not registered since this daemon started; one at " + driver.address()
                    + " has, which only lengthens its life";
        }
        int others = drivers.known().size() - 1;
        return "its driver at " + driver.address() + " sent its last heartbeat "
                + HumanReadable.time(now - driver.lastHeartbeat()) + " ago, and " + driver.connectionState()
                + (others == 0 ? "" : "; " + others + " more registered");
    }

    /** What happens next, and when, without a further liveness signal. */
    static String nextStep(AppLiveness app, ExpiryPolicy policy, long now) {
        LivenessSignals signals = app.signals();
        long due = dueIn(app, policy, now);
        return switch (app.state()) {
            case DRIVER_ALIVE, DRIVER_UNRESPONSIVE -> expires(due, policy) + " unless its driver sends a heartbeat";
            case DRIVERLESS ->
                expires(due, policy)
                        + (signals.drivers().areExpectedBack()
                                ? " unless its driver registers again"
                                : " unless its files are used");
            case DEFERRED ->
                app.deferral() == Deferral.MASTER
                        ? "stays as long as the Mesos master lists it"
                        : app.deferral() == Deferral.UNKNOWN
                                ? "stays until its local directories can be scanned, or an operator removes it"
                                : expires(signals.activeFor(now), policy) + " unless its files are used again";
            case WAITING_FOR_MASTER ->
                "expires when the Mesos master confirms it, or " + in(app.since() + policy.masterTimeoutNanos() - now)
                        + " without a usable response";
            case KEPT -> "stays until it is released";
            case REMOVING -> "its directories are deleted next";
        };
    }

    /** When that happens; null if no time is set for it. */
    static @Nullable Duration nextStepIn(AppLiveness app, ExpiryPolicy policy, long now) {
        return switch (app.state()) {
            case DRIVER_ALIVE, DRIVER_UNRESPONSIVE, DRIVERLESS -> untilDue(dueIn(app, policy, now));
            case DEFERRED ->
                app.deferral() == Deferral.MASTER || app.deferral() == Deferral.UNKNOWN
                        ? null
                        : untilDue(app.signals().activeFor(now));
            case WAITING_FOR_MASTER -> untilDue(app.since() + policy.masterTimeoutNanos() - now);
            case KEPT -> null;
            case REMOVING -> Duration.ZERO;
        };
    }

    /** When an application expires that has a driver which can send no heartbeat. */
    static String expiryCondition(DriverStates drivers, ExpiryPolicy policy) {
        return drivers.areExpectedBack()
                ? "its driver, which registers again after a loss, has not done so for two timeouts"
                : "its files have been idle for " + HumanReadable.time(policy.orphanTimeoutNanos());
    }

    private static Duration untilDue(long nanos) {
        return Duration.ofNanos(Math.max(0, nanos));
    }

    private static long dueIn(AppLiveness app, ExpiryPolicy policy, long now) {
        LivenessSignals signals = app.signals();
        return Math.max(signals.expiryDueIn(now, policy.orphanTimeoutNanos()), signals.activeFor(now));
    }

    private static String expires(long nanos, ExpiryPolicy policy) {
        return (policy.pollsMaster() ? "expires if the Mesos master confirms it, polled " : "expires ") + in(nanos);
    }

    private static String in(long nanos) {
        return nanos > 0 ? "in " + HumanReadable.time(nanos) : "at the next check";
    }
}
