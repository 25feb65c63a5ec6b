package dev.mesosshuffle.liveness;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/**
 * What the monitor counts.
 *
 * @param expiries applications that were over and removed
 * @param deferrals applications that would have been over, had their files not been in use
 * @param revivals drivers that were silent for longer than their timeout, and heard again
 * @param unknownHeartbeats heartbeats of applications that are not known, or not any more
 */
record LivenessMetrics(Counter expiries, Counter deferrals, Counter revivals, Counter unknownHeartbeats) {
    private static final String PREFIX = "shuffleService.";

    static LivenessMetrics in(MetricRegistry metrics, Collection<AppLiveness> apps, ListeningClock clock) {
        for (AppState state : AppState.values()) {
            metrics.register(
                    PREFIX + "applications." + state.metric(), (Gauge<Long>) () -> count(apps, state, clock.now()));
        }
        metrics.register(PREFIX + "heartbeatAgeMaxMillis", (Gauge<Long>) () -> maxHeartbeatAge(apps, clock.now()));
        return new LivenessMetrics(
                metrics.counter(PREFIX + "expiries"),
                metrics.counter(PREFIX + "deferrals"),
                metrics.counter(PREFIX + "revivals"),
                metrics.counter(PREFIX + "unknownHeartbeats"));
    }

    private static long count(Collection<AppLiveness> apps, AppState state, long now) {
        return apps.stream().filter(app -> app.state(now) == state).count();
    }

    private static long maxHeartbeatAge(Collection<AppLiveness> apps, long now) {
        long max = 0;
        for (AppLiveness app : apps) {
            AppLiveness.Driver driver = app.driver();
            if (driver != null && driver.canBeHeard()) {
                max = Math.max(max, now - driver.heard());
            }
        }
        return TimeUnit.NANOSECONDS.toMillis(max);
    }
}
