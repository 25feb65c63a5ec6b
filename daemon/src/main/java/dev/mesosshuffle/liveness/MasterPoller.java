package dev.mesosshuffle.liveness;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.logging.HumanReadable;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when the Mesos master is polled: one request for all applications, and every application takes in each response.
 * A thousand hosts poll the same master, and the end of one large application makes all of them poll; so every delay has a
 * random part, and no host polls twice within {@link #MIN_INTERVAL}.
 *
 * <p><b>Concurrency:</b> checks come one at a time; responses come on any thread. Listeners are called without the lock.
 */
final class MasterPoller {
    private static final Logger logger = LoggerFactory.getLogger(MasterPoller.class);

    static final Duration MIN_INTERVAL = Duration.ofSeconds(30);

    /** The first poll for an expiry that is due comes within this time, or that many checks if they take less. */
    static final Duration FIRST_WITHIN = Duration.ofSeconds(60);

    private static final int FIRST_WITHIN_CHECKS = 2;

    /** Added at random to the time after which a second response confirms the first. */
    private static final Duration CONFIRM_WITHIN = Duration.ofMinutes(1);

    /** Between polls that no expiry waits for, which learn who is listed, and which driverless applications completed. */
    static final Duration MIN_ROUTINE_INTERVAL = Duration.ofMinutes(10);

    static final Duration MAX_ROUTINE_INTERVAL = Duration.ofMinutes(20);

    private static final Duration MIN_BACKOFF = Duration.ofMinutes(1);
    static final Duration MAX_BACKOFF = Duration.ofMinutes(15);

    private static final Duration MIN_RETRY_DELAY = Duration.ofSeconds(30);
    static final Duration MAX_RETRY_DELAY = Duration.ofMinutes(5);

    private final MesosMaster master;
    private final RandomGenerator random;
    private final ExpiryPolicy policy;
    private final Counter requests;
    private final Map<MasterUnavailableException.Reason, Counter> failureCounters =
            new EnumMap<>(MasterUnavailableException.Reason.class);

    private boolean pending;
    private boolean everPolled;
    private long lastPoll;
    private long lastResponse;
    private int failuresInARow;

    /** How many polls in a row were for applications that the master lists as alive. */
    private int deferringPollsInARow;

    /** Why the last poll failed; null if it succeeded. Logged when it changes. */
    private MasterUnavailableException.@Nullable Reason failureReason;

    private long firstWithin = FIRST_WITHIN.toNanos();

    private long retryDelay;
    private long firstDelay;
    private long confirmDelay;
    private long deferredDelay;
    private long routineDelay;

    MasterPoller(MesosMaster master, RandomGenerator random, ExpiryPolicy policy, long now, MetricRegistry metrics) {
        this.master = master;
        this.random = random;
        this.policy = policy;
        this.requests = metrics.counter(LivenessMetrics.PREFIX + "master.requests");
        for (MasterUnavailableException.Reason reason : MasterUnavailableException.Reason.values()) {
            failureCounters.put(reason, metrics.counter(LivenessMetrics.PREFIX + "master.failures." + reason.metric()));
        }
        this.lastPoll = now;
        this.lastResponse = now;
        drawDelays();
    }

    /** With more frequent checks than by default, the first poll comes sooner. */
    synchronized void setCheckInterval(Duration interval) {
        Duration checks = interval.multipliedBy(FIRST_WITHIN_CHECKS);
        firstWithin =
                Math.min(FIRST_WITHIN.toNanos(), ExpiryPolicy.bounded(checks).toNanos());
        firstDelay = between(0, firstWithin);
    }

    /** Gets the result of a poll, on any thread. */
    interface Listener {
        void responded(FrameworkSnapshot response);

        void failed();
    }

    /** What the applications need of the master; collected from each of them. */
    final class PollDemand {
        private boolean first;
        private long firstSince;
        private boolean last;
        private boolean confirmation;
        private boolean deferredByMaster;
        private boolean routine;

        void add(AppLiveness app, long now) {
            boolean waits = app.state() == AppState.WAITING_FOR_MASTER;
            boolean deferred = app.state() == AppState.DEFERRED && app.deferral() == Deferral.MASTER;
            if ((waits || deferred) && (!everPolled || app.since() - lastResponse > 0)) {
                firstSince = first && firstSince - app.since() < 0 ? firstSince : app.since();
                first = true;
            } else {
                confirmation |= waits;
                deferredByMaster |= deferred;
            }
            last |= app.awaitsLastPoll(now, policy);
            routine |= !app.framework().everListed() || !app.signals().isDriverReachable();
        }

        private boolean isDue(long now) {
            long elapsed = now - lastPoll;
            if (last && elapsed >= MIN_INTERVAL.toNanos()) {
                return true;
            }
            if (failuresInARow > 0) {
                return elapsed >= retryDelay && (first || confirmation || deferredByMaster || routine);
            }
            boolean spaced = !everPolled || elapsed >= MIN_INTERVAL.toNanos();
            return (first && spaced && now - firstSince >= firstDelay)
                    || (confirmation && elapsed >= confirmDelay)
                    || (deferredByMaster && elapsed >= deferredDelay)
                    || (routine && elapsed >= routineDelay);
        }
    }

    PollDemand newDemand() {
        return new PollDemand();
    }

    /** Polls if there is demand, and it is time. */
    void pollIfDue(PollDemand demand, long now, Listener listener) {
        synchronized (this) {
            if (pending || !demand.isDue(now)) {
                return;
            }
            pending = true;
            everPolled = true;
            lastPoll = now;
            deferringPollsInARow = demand.deferredByMaster ? deferringPollsInARow + 1 : 0;
        }
        try {
            requests.inc();
            var unused = master.fetchFrameworks()
                    .whenComplete((response, failure) -> pollEnded(response, failure, now, listener));
        } catch (RuntimeException | Error e) {
            pollEnded(null, e, now, listener);
        }
    }

    private void pollEnded(
            @Nullable FrameworkSnapshot response, @Nullable Throwable failure, long now, Listener listener) {
        if (response != null) {
            responded(now);
            listener.responded(response);
        } else {
            failed(failure);
            listener.failed();
        }
    }

    private void responded(long now) {
        boolean recovered;
        synchronized (this) {
            recovered = failureReason != null;
            failureReason = null;
            failuresInARow = 0;
            pending = false;
            lastResponse = now;
            drawDelays();
        }
        if (recovered) {
            logger.info("The Mesos master responds again.");
        }
    }

    private void failed(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        MasterUnavailableException.Reason reason = cause instanceof MasterUnavailableException known
                ? known.reason()
                : MasterUnavailableException.Reason.UNREACHABLE;
        Counter counter = failureCounters.get(reason);
        if (counter != null) {
            counter.inc();
        }
        boolean isNew;
        synchronized (this) {
            isNew = failureReason != reason;
            failureReason = reason;
            failuresInARow++;
            pending = false;
            drawDelays();
        }
        if (isNew) {
            logger.warn(
                    "The Mesos master cannot be polled for live frameworks: {}. Applications whose expiry is due wait for"
                            + " up to {}; then heartbeats and use of their files decide alone.",
                    cause instanceof MasterUnavailableException ? cause.getMessage() : String.valueOf(cause),
                    HumanReadable.time(policy.masterTimeoutNanos()));
        }
    }

    private void drawDelays() {
        long retry = backoff(MIN_RETRY_DELAY, MAX_RETRY_DELAY, failuresInARow);
        retryDelay = between(retry / 2, retry);
        firstDelay = between(0, firstWithin);
        long confirm = FrameworkStatus.CONFIRM_AFTER.toNanos();
        confirmDelay = between(confirm, confirm + CONFIRM_WITHIN.toNanos());
        long backoff = backoff(MIN_BACKOFF, MAX_BACKOFF, deferringPollsInARow);
        deferredDelay = between(backoff / 2, backoff);
        routineDelay = between(MIN_ROUTINE_INTERVAL.toNanos(), MAX_ROUTINE_INTERVAL.toNanos());
    }

    private static long backoff(Duration min, Duration max, int times) {
        return Math.min(max.toNanos(), min.toNanos() << Math.min(times, 10));
    }

    private long between(long from, long to) {
        return from + (long) (random.nextDouble() * (to - from));
    }
}
