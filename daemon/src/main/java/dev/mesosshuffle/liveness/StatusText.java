package dev.mesosshuffle.liveness;

import dev.mesosshuffle.logging.HumanReadable;

/** What will become of an application if nothing happens, in words. */
final class StatusText {
    private StatusText() {}

    static String of(AppLiveness app, ExpiryPolicy rules, long now) {
        LivenessSignals evidence = app.evidence();
        long due = Math.max(evidence.endDueIn(now, rules.orphanTimeoutNanos()), evidence.activeFor(now));
        return switch (app.state()) {
            case DRIVER_HEARD, DRIVER_SILENT -> overIn(due, rules) + " unless its driver is heard";
            case WITHOUT_DRIVER -> overIn(due, rules) + " unless its files are used";
            case DEFERRED ->
                app.deferral() == Deferral.MASTER
                        ? "stays as long as the Mesos master lists it"
                        : app.deferral() == Deferral.UNKNOWN
                                ? "stays until its local dirs can be looked at, or it is removed by hand"
                                : overIn(evidence.activeFor(now), rules) + " unless its files are used again";
            case WAITING_FOR_MASTER ->
                "over when the Mesos master confirms it, or " + in(app.since() + rules.masterTimeoutNanos() - now)
                        + " if it says nothing of use";
            case KEPT -> "stays until it is released";
            case GOING -> "its dirs are deleted next";
        };
    }

    private static String overIn(long nanos, ExpiryPolicy rules) {
        return (rules.asksMaster() ? "over if the Mesos master confirms it, asked " : "over ") + in(nanos);
    }

    private static String in(long nanos) {
        return nanos > 0 ? "in " + HumanReadable.time(nanos) : "at the next check";
    }
}
