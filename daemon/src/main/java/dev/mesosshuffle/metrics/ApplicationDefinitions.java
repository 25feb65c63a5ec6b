package dev.mesosshuffle.metrics;

import static dev.mesosshuffle.metrics.MetricDefinition.counter;
import static dev.mesosshuffle.metrics.MetricDefinition.gauge;
import static dev.mesosshuffle.metrics.MetricDefinition.inJmxAlone;

import java.util.List;

/** Metrics of applications, their heartbeats and their expiry. */
final class ApplicationDefinitions {
    static final List<MetricDefinition> ALL = List.of(
            state("alive", "Applications whose driver sends heartbeats."),
            state("unresponsive", "Applications whose driver missed its heartbeat timeout."),
            state("driverless", "Applications without a driver that can send heartbeats, for example after a restart."),
            state("deferred", "Applications whose expiry is due but postponed."),
            state("waitingForMaster", "Applications whose expiry is due and waits for the Mesos master.")
                    .withAdvice("If it stays above 0, the master is unreachable."),
            state("kept", "Applications that an operator keeps."),
            state("removing", "Applications that are being removed."),
            gauge(
                    "heartbeatAgeMaxMillis",
                    MetricUnit.MILLISECONDS,
                    "heartbeat_max_age_seconds",
                    "Longest time since an application's last heartbeat, over all applications with a reachable driver."),
            counter("heartbeatTimeouts", "heartbeat_timeouts_total", "Drivers that missed their heartbeat timeout."),
            counter("expiries", "expiries_total", "Expired applications."),
            inJmxAlone(
                    "recoveries",
                    JmxType.COUNTERS,
                    MetricUnit.COUNT,
                    "Applications that resumed activity after a timeout, by a heartbeat or by use."),
            recovery("heartbeat", "Applications whose driver was heard again after its timeout.")
                    .withAdvice("If it rises, heartbeats of live drivers get lost or drivers pause."),
            recovery(
                    "use",
                    "Applications without a driver that can send heartbeats, whose files were used again when their"
                            + " expiry was due; usual after a restart."),
            inJmxAlone("deferrals", JmxType.COUNTERS, MetricUnit.COUNT, "Postponed expiries, for all reasons."),
            gauge(
                            "deferralMaxSeconds",
                            MetricUnit.SECONDS,
                            "deferral_max_age_seconds",
                            "Longest time for which an expiry has been due and postponed, over all applications that"
                                    + " are deferred or wait for the master; 0 without any.")
                    .withAdvice("Above 6 h, `apps` has the reason."),
            deferral("activity", "Expiries postponed because files were in use."),
            deferral("files", "Expiries postponed because files changed."),
            deferral("master", "Expiries postponed because the Mesos master lists the framework as alive."),
            deferral("unknown", "Expiries postponed because changes of files could not be determined.")
                    .withAdvice("`apps` and the log have the reason."),
            counter(
                    "failedScans",
                    "failed_scans_total",
                    "Failed scans of the directories of applications whose expiry was due."),
            counter("operatorKeeps", "operator_commands_total{command=keep}", "Applications that an operator kept."),
            counter(
                    "operatorReleases",
                    "operator_commands_total{command=release}",
                    "Applications that an operator released."),
            counter(
                    "operatorRemovals",
                    "operator_commands_total{command=remove}",
                    "Applications that an operator removed."),
            counter(
                    "expiriesAwaitingMaster",
                    "expiries_awaiting_master_total",
                    "Expiries that were due and waited for the Mesos master."),
            counter("master.requests", "master_requests_total", "Requests to the Mesos master."),
            masterFailure("unreachable", "Requests without a response."),
            masterFailure("unauthorized", "Requests whose credentials were rejected (401, 403)."),
            masterFailure("invalidResponse", "Requests with an unusable response."),
            counter(
                    "unknownHeartbeats",
                    "unknown_heartbeats_total",
                    "Heartbeats of applications that are not registered here."));

    private ApplicationDefinitions() {}

    private static MetricDefinition state(String state, String meaning) {
        return gauge("applications." + state, MetricUnit.COUNT, "applications{state=" + state + '}', meaning);
    }

    private static MetricDefinition recovery(String signal, String meaning) {
        return counter("recoveries." + signal, "recoveries_total{signal=" + signal + '}', meaning);
    }

    private static MetricDefinition deferral(String reason, String meaning) {
        return counter("deferrals." + reason, "deferrals_total{reason=" + reason + '}', meaning);
    }

    private static MetricDefinition masterFailure(String reason, String meaning) {
        return counter("master.failures." + reason, "master_failures_total{reason=" + reason + '}', meaning);
    }
}
