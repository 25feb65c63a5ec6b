package dev.mesosshuffle.liveness;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The metrics of applications' liveness; docs/monitoring.md describes each. For any thread. */
final class LivenessMetrics {
    static final String PREFIX = "shuffleService.";

    final Counter heartbeatTimeouts;
    final Counter expiries;
    final Counter expiriesAwaitingMaster;
    final Counter operatorKeeps;
    final Counter operatorReleases;
    final Counter operatorRemovals;
    final Counter failedScans;
    final Counter unknownHeartbeats;
    private final Counter recoveries;
    private final Counter recoveriesByHeartbeat;
    private final Counter recoveriesByUse;
    private final Counter deferrals;
    private final Map<Deferral, Counter> deferralsByReason = new EnumMap<>(Deferral.class);

    LivenessMetrics(MetricRegistry metrics) {
        this.heartbeatTimeouts = metrics.counter(PREFIX + "heartbeatTimeouts");
        this.expiries = metrics.counter(PREFIX + "expiries");
        this.expiriesAwaitingMaster = metrics.counter(PREFIX + "expiriesAwaitingMaster");
        this.recoveries = metrics.counter(PREFIX + "recoveries");
        this.recoveriesByHeartbeat = metrics.counter(PREFIX + "recoveries.heartbeat");
        this.recoveriesByUse = metrics.counter(PREFIX + "recoveries.use");
        this.operatorKeeps = metrics.counter(PREFIX + "operatorKeeps");
        this.operatorReleases = metrics.counter(PREFIX + "operatorReleases");
        this.operatorRemovals = metrics.counter(PREFIX + "operatorRemovals");
        this.failedScans = metrics.counter(PREFIX + "failedScans");
        this.unknownHeartbeats = metrics.counter(PREFIX + "unknownHeartbeats");
        this.deferrals = metrics.counter(PREFIX + "deferrals");
        for (Deferral deferral : Deferral.values()) {
            deferralsByReason.put(deferral, metrics.counter(PREFIX + "deferrals." + deferral.metric()));
        }
    }

    /**
     * Counts an application that is alive again.
     *
     * @param byHeartbeat whether its driver was heard; otherwise its files are in use, without a driver that could be heard
     */
    void countRecovery(boolean byHeartbeat) {
        recoveries.inc();
        (byHeartbeat ? recoveriesByHeartbeat : recoveriesByUse).inc();
    }

    void countDeferral(Deferral reason) {
        deferrals.inc();
        Counter counter = deferralsByReason.get(reason);
        if (counter != null) {
            counter.inc();
        }
    }

    static void registerGauges(MetricRegistry metrics, Collection<AppLiveness> apps, PauseAwareClock clock) {
        for (AppState state : AppState.values()) {
            metrics.register(
                    PREFIX + "applications." + state.label(), (Gauge<Long>) () -> count(apps, state, clock.now()));
        }
        metrics.register(PREFIX + "heartbeatAgeMaxMillis", (Gauge<Long>) () -> maxHeartbeatAge(apps, clock.now()));
        metrics.register(PREFIX + "deferralMaxSeconds", (Gauge<Long>) () -> maxPostponement(apps, clock.now()));
    }

    private static long maxPostponement(Collection<AppLiveness> apps, long now) {
        long max = 0;
        for (AppLiveness app : apps) {
            max = Math.max(max, app.postponedNanos(now));
        }
        return TimeUnit.NANOSECONDS.toSeconds(max);
    }

    private static long count(Collection<AppLiveness> apps, AppState state, long now) {
        return apps.stream().filter(app -> app.at(now).state() == state).count();
    }

    private static long maxHeartbeatAge(Collection<AppLiveness> apps, long now) {
        long max = 0;
        for (AppLiveness app : apps) {
            if (app.signals().isDriverReachable()) {
                max = Math.max(max, app.signals().drivers().sinceLastHeartbeat(now));
            }
        }
        return TimeUnit.NANOSECONDS.toMillis(max);
    }
}
