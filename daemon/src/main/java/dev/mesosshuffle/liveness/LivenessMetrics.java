package dev.mesosshuffle.liveness;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What is counted of applications' lives.
 *
 * @param silences drivers that were silent for longer than their timeout
 * @param expiries applications that were over and removed
 * @param deferrals ends that were due and put off, for whatever reason
 * @param deferralsBy the same by the reason
 * @param masterWaits ends that were due and waited for the master's word
 * @param revivals applications that were silent, or whose end was due, and that gave a sign of life
 * @param keeps applications that an operator wanted to stay
 * @param releases those whose operator took that back
 * @param removalsByHand applications that an operator had removed
 * @param failedLooks looks into local dirs of applications that would be over, which could not be taken
 * @param unknownHeartbeats heartbeats of applications that are not known, or not any more
 */
record LivenessMetrics(
        Counter silences,
        Counter expiries,
        Counter deferrals,
        Map<Deferral, Counter> deferralsBy,
        Counter masterWaits,
        Counter revivals,
        Counter keeps,
        Counter releases,
        Counter removalsByHand,
        Counter failedLooks,
        Counter unknownHeartbeats) {
    static final String PREFIX = "shuffleService.";

    static LivenessMetrics in(MetricRegistry metrics) {
        Map<Deferral, Counter> deferralsBy = new EnumMap<>(Deferral.class);
        for (Deferral deferral : Deferral.values()) {
            deferralsBy.put(deferral, metrics.counter(PREFIX + "deferrals." + deferral.metric()));
        }
        return new LivenessMetrics(
                metrics.counter(PREFIX + "silences"),
                metrics.counter(PREFIX + "expiries"),
                metrics.counter(PREFIX + "deferrals"),
                deferralsBy,
                metrics.counter(PREFIX + "masterWaits"),
                metrics.counter(PREFIX + "revivals"),
                metrics.counter(PREFIX + "keeps"),
                metrics.counter(PREFIX + "releases"),
                metrics.counter(PREFIX + "removalsByHand"),
                metrics.counter(PREFIX + "failedLooks"),
                metrics.counter(PREFIX + "unknownHeartbeats"));
    }

    void countDeferral(Deferral reason) {
        deferrals.inc();
        Counter counter = deferralsBy.get(reason);
        if (counter != null) {
            counter.inc();
        }
    }

    static void gauges(MetricRegistry metrics, Collection<AppLiveness> apps, PauseAwareClock clock) {
        for (AppState state : AppState.values()) {
            metrics.register(
                    PREFIX + "applications." + state.metric(), (Gauge<Long>) () -> count(apps, state, clock.now()));
        }
        metrics.register(PREFIX + "heartbeatAgeMaxMillis", (Gauge<Long>) () -> maxHeartbeatAge(apps, clock.now()));
    }

    private static long count(Collection<AppLiveness> apps, AppState state, long now) {
        return apps.stream().filter(app -> app.at(now).state() == state).count();
    }

    private static long maxHeartbeatAge(Collection<AppLiveness> apps, long now) {
        long max = 0;
        for (AppLiveness app : apps) {
            if (app.evidence().canDriverBeHeard()) {
                max = Math.max(max, app.evidence().drivers().notHeardFor(now));
            }
        }
        return TimeUnit.NANOSECONDS.toMillis(max);
    }
}
