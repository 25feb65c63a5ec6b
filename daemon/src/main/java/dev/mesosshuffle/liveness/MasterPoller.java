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
 * When the master is asked: one question for all applications, and each answer is remembered by all of them. A thousand
 * hosts ask the same master, and the end of one large application makes all of them ask; so every delay has a random
 * part, and none asks twice within {@link #SPACING}.
 *
 * <p><b>Concurrency:</b> checks come one at a time; answers come on any thread. What follows an answer runs outside of
 * the lock.
 */
final class MasterPoller {
    private static final Logger logger = LoggerFactory.getLogger(MasterPoller.class);

    static final Duration SPACING = Duration.ofSeconds(30);

    /** Within this time, or so many checks if they take less, the first question for an end that is due is asked. */
    static final Duration FIRST_WITHIN = Duration.ofSeconds(60);

    private static final int FIRST_WITHIN_CHECKS = 2;

    /** Added at random to the time after which a second answer counts. */
    private static final Duration SECOND_WITHIN = Duration.ofMinutes(1);

    /** Between questions that nobody waits for, which learn who is listed, and which orphans have ended. */
    static final Duration ROUTINE_FROM = Duration.ofMinutes(10);

    static final Duration ROUTINE_TO = Duration.ofMinutes(20);

    private static final Duration FIRST_BACKOFF = Duration.ofMinutes(1);
    static final Duration LONGEST_BACKOFF = Duration.ofMinutes(15);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(30);
    static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

    private final MesosMaster master;
    private final RandomGenerator random;
    private final ExpiryPolicy rules;
    private final Counter questions;
    private final Map<MasterUnavailableException.Kind, Counter> failures =
            new EnumMap<>(MasterUnavailableException.Kind.class);

    private boolean pending;
    private boolean asked;
    private long askedAt;
    private long answeredAt;
    private int failed;
    private int kept;
    private MasterUnavailableException.@Nullable Kind told;

    private long firstWithin = FIRST_WITHIN.toNanos();

    private long retryDelay;
    private long firstDelay;
    private long secondDelay;
    private long keptDelay;
    private long routineDelay;

    MasterPoller(MesosMaster master, RandomGenerator random, ExpiryPolicy rules, long now, MetricRegistry metrics) {
        this.master = master;
        this.random = random;
        this.rules = rules;
        this.questions = metrics.counter(LivenessMetrics.PREFIX + "master.questions");
        for (MasterUnavailableException.Kind kind : MasterUnavailableException.Kind.values()) {
            failures.put(kind, metrics.counter(LivenessMetrics.PREFIX + "master.failures." + kind.metric()));
        }
        this.askedAt = now;
        this.answeredAt = now;
        drawDelays();
    }

    /** Who has checks come more often than by default wants to know sooner, and has the first question asked sooner. */
    synchronized void expectChecks(Duration interval) {
        Duration checks = interval.multipliedBy(FIRST_WITHIN_CHECKS);
        firstWithin =
                Math.min(FIRST_WITHIN.toNanos(), ExpiryPolicy.bounded(checks).toNanos());
        firstDelay = between(0, firstWithin);
    }

    /** Gets what came of a question. */
    interface Listener {
        void answered(FrameworkSnapshot answer);

        void unanswered();
    }

    /** What applications want to know; filled by looking at each of them. */
    final class Needs {
        private boolean firstTime;
        private long firstSince;
        private boolean lastTime;
        private boolean second;
        private boolean keptByMaster;
        private boolean routine;

        void of(AppLiveness app, long now) {
            boolean waits = app.state() == AppState.WAITING_FOR_MASTER;
            boolean keeps = app.state() == AppState.DEFERRED && app.deferral() == Deferral.MASTER;
            if ((waits || keeps) && (!asked || app.since() - answeredAt > 0)) {
                firstSince = firstTime && firstSince - app.since() < 0 ? firstSince : app.since();
                firstTime = true;
            } else {
                second |= waits;
                keptByMaster |= keeps;
            }
            lastTime |= app.awaitsLastQuestion(now, rules);
            routine |= !app.word().listed() || !app.evidence().canDriverBeHeard();
        }

        private boolean isDue(long now) {
            long gone = now - askedAt;
            if (lastTime && gone >= SPACING.toNanos()) {
                return true;
            }
            if (failed > 0) {
                return gone >= retryDelay && (firstTime || second || keptByMaster || routine);
            }
            boolean spaced = !asked || gone >= SPACING.toNanos();
            return (firstTime && spaced && now - firstSince >= firstDelay)
                    || (second && gone >= secondDelay)
                    || (keptByMaster && gone >= keptDelay)
                    || (routine && gone >= routineDelay);
        }
    }

    Needs needs() {
        return new Needs();
    }

    /** Asks if somebody needs to know, and it is time. */
    void askIfDue(Needs needs, long now, Listener listener) {
        synchronized (this) {
            if (pending || !needs.isDue(now)) {
                return;
            }
            pending = true;
            asked = true;
            askedAt = now;
            kept = needs.keptByMaster ? kept + 1 : 0;
        }
        questions.inc();
        try {
            var unused = master.ask().whenComplete((answer, failure) -> ended(answer, failure, now, listener));
        } catch (RuntimeException e) {
            ended(null, e, now, listener);
        }
    }

    private void ended(@Nullable FrameworkSnapshot answer, @Nullable Throwable failure, long now, Listener listener) {
        if (answer != null) {
            answered(now);
            listener.answered(answer);
        } else {
            failed(failure);
            listener.unanswered();
        }
    }

    private void answered(long now) {
        boolean worksAgain;
        synchronized (this) {
            worksAgain = told != null;
            told = null;
            failed = 0;
            pending = false;
            answeredAt = now;
            drawDelays();
        }
        if (worksAgain) {
            logger.info("The Mesos master answers again.");
        }
    }

    private void failed(@Nullable Throwable failure) {
        Throwable reason =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        MasterUnavailableException.Kind kind = reason instanceof MasterUnavailableException known
                ? known.kind()
                : MasterUnavailableException.Kind.UNREACHABLE;
        Counter counter = failures.get(kind);
        if (counter != null) {
            counter.inc();
        }
        boolean isNew;
        synchronized (this) {
            isNew = told != kind;
            told = kind;
            failed++;
            pending = false;
            drawDelays();
        }
        if (isNew) {
            logger.warn(
                    "The Mesos master cannot be asked which applications live: {}. Those that would be over wait for up"
                            + " to {}; then heartbeats and use of their files decide alone.",
                    reason instanceof MasterUnavailableException ? reason.getMessage() : String.valueOf(reason),
                    HumanReadable.time(rules.masterTimeoutNanos()));
        }
    }

    private void drawDelays() {
        long retry = backoff(FIRST_RETRY, LONGEST_RETRY, failed);
        retryDelay = between(retry / 2, retry);
        firstDelay = between(0, firstWithin);
        long second = FrameworkStatus.AGREE_AFTER.toNanos();
        secondDelay = between(second, second + SECOND_WITHIN.toNanos());
        long backoff = backoff(FIRST_BACKOFF, LONGEST_BACKOFF, kept);
        keptDelay = between(backoff / 2, backoff);
        routineDelay = between(ROUTINE_FROM.toNanos(), ROUTINE_TO.toNanos());
    }

    private static long backoff(Duration first, Duration longest, int times) {
        return Math.min(longest.toNanos(), first.toNanos() << Math.min(times, 10));
    }

    private long between(long from, long to) {
        return from + (long) (random.nextDouble() * (to - from));
    }
}
