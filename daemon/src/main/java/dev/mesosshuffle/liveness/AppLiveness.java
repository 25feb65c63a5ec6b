package dev.mesosshuffle.liveness;

import dev.mesosshuffle.activity.LastChange;
import dev.mesosshuffle.activity.ScanFailure;
import dev.mesosshuffle.model.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * One application's state, and all that it depends on. Immutable: whoever holds one sees it whole. What happens to it,
 * and each judgement, makes a new one; the states that it may go through are drawn at {@link AppState}.
 *
 * @param evidence what is known first-hand
 * @param word what the master said
 * @param state where it stands
 * @param since when it came to stand there
 * @param deferral why its end is put off; null unless the state is {@link AppState#DEFERRED}
 * @param look where looking into its dirs stands
 * @param announced whether its end was told of already, and then could not be persisted
 * @param late how many heartbeats came while it was going
 * @param stored how long it was quiet by what is in the store; {@link #UNSURE} if a write failed
 */
record AppLiveness(
        LivenessSignals evidence,
        FrameworkStatus word,
        AppState state,
        long since,
        @Nullable Deferral deferral,
        ActivityScan look,
        boolean announced,
        int late,
        long stored) {
    static final long UNSURE = -1;

    /**
     * An application of whose drivers this run of the process knows nothing.
     *
     * @param driverAddresses where the drivers were before that, as stored; null if that is not known
     * @param quietNanos how long it was quiet before that
     * @param storedNanos the same by what is in the store
     */
    static AppLiveness withoutDriver(long now, @Nullable String driverAddresses, long quietNanos, long storedNanos) {
        return new AppLiveness(
                LivenessSignals.of(DriverStates.before(driverAddresses), now - quietNanos),
                FrameworkStatus.UNASKED,
                AppState.WITHOUT_DRIVER,
                now,
                null,
                ActivityScan.NONE,
                false,
                0,
                storedNanos);
    }

    /**
     * An application one of whose drivers has just registered, for the first time or again.
     *
     * @param before what was known of it; null if nothing was
     */
    static AppLiveness withDriver(DriverState driver, @Nullable AppLiveness before) {
        // One that is going has another life behind it, and this is none of its.
        LivenessSignals evidence = before == null || before.state == AppState.GOING
                ? LivenessSignals.of(DriverStates.NONE, driver.heard())
                : before.evidence;
        AppLiveness fresh = new AppLiveness(
                evidence.registered(driver),
                before == null ? FrameworkStatus.UNASKED : before.word,
                AppState.WITHOUT_DRIVER,
                driver.heard(),
                null,
                ActivityScan.NONE,
                false,
                0,
                before == null ? 0 : before.stored);
        return before != null && before.state == AppState.KEPT
                ? fresh.kept(before.since)
                : fresh.settled(driver.heard());
    }

    // What happens to it.

    /** A heartbeat came over a connection. */
    AppLiveness heardAt(long now, Object connection) {
        AppLiveness heard = with(evidence.heardAt(now, connection));
        return state == AppState.GOING ? heard.lateAgain() : heard.settled(now);
    }

    AppLiveness activeAt(long now) {
        AppLiveness used = with(evidence.activeAt(now));
        boolean due = state == AppState.DEFERRED || state == AppState.WAITING_FOR_MASTER;
        // Use of its files brings an orphan back; of a driver that is silent it puts off the end.
        if (due && evidence.canDriverBeHeard()) {
            return used.deferredBy(Deferral.ACTIVITY, now);
        }
        return state == AppState.GOING ? used : used.settled(now);
    }

    AppLiveness disconnected(Object connection, CloseReason how, long now) {
        AppLiveness alone = new AppLiveness(
                evidence.disconnected(connection, how), word, state, since, deferral, look, announced, late, stored);
        boolean cutOff = evidence.canDriverBeHeard() && !alone.evidence.canDriverBeHeard();
        return cutOff && state != AppState.GOING ? alone.settled(now) : alone;
    }

    AppLiveness answered(FrameworkSnapshot answer, String appId, long now, ExpiryPolicy rules) {
        return with(word.after(answer, appId, now, rules));
    }

    AppLiveness unanswered(long now) {
        return with(word.unanswered(now));
    }

    /** Whether the master's word was waited for as long as it may be, but was not asked for at the end of that. */
    boolean awaitsLastQuestion(long now, ExpiryPolicy rules) {
        return state == AppState.WAITING_FOR_MASTER
                && now - since >= rules.masterTimeoutNanos()
                && !word.wasAskedAfter(since + rules.masterTimeoutNanos());
    }

    private AppLiveness looked(LastChange change, long now) {
        ScanFailure failure = change.failure();
        return with(evidence.looked(change, now), failure == null ? ActivityScan.NONE : look.failed(failure));
    }

    /** A look into its dirs begins. */
    AppLiveness looking(long now) {
        return with(evidence, look.begun(now));
    }

    /** A look into its dirs has ended, and nothing follows from it. */
    AppLiveness lookEnded() {
        return with(evidence, look.ended());
    }

    /** Another driver is in charge since one has expired; see there. */
    AppLiveness withoutExpiredDrivers(long now) {
        LivenessSignals next = evidence.withoutExpiredDrivers(now);
        return next.equals(evidence) ? this : with(next, look);
    }

    private AppLiveness with(LivenessSignals next, ActivityScan its) {
        return new AppLiveness(next, word, state, since, deferral, its, announced, late, stored);
    }

    AppLiveness stored(long quietNanos) {
        return new AppLiveness(evidence, word, state, since, deferral, look, announced, late, quietNanos);
    }

    // What operators want of it.

    AppLiveness kept(long now) {
        return in(AppState.KEPT, null, now);
    }

    /** All clocks start anew, as if it had been heard and used just now, and the master is asked anew. */
    AppLiveness released(long now) {
        return with(evidence.heardAt(now).activeAt(now)).with(word.forgotten()).unkept(now);
    }

    // Judgement.

    /** What a judgement comes to, beside the state. */
    record Judgement(AppLiveness app, boolean isOver) {}

    /** Judges: rules 1 to 4, except that nobody has looked into its dirs yet if that is how it comes out. */
    Judgement judge(long now, ExpiryPolicy rules) {
        if (state == AppState.GOING || state == AppState.KEPT) {
            return new Judgement(this, false);
        }
        AppLiveness current = at(now);
        boolean due = evidence.isEndDue(now, rules.orphanTimeoutNanos());
        boolean proven = word.provesEnd(now, rules);
        boolean ended =
                proven && !evidence.canDriverBeHeard() && !evidence.drivers().anyLives(now);
        if (!due && !ended) {
            return new Judgement(current.settled(now), false);
        }
        if (evidence.isActive(now)) {
            boolean files = state == AppState.DEFERRED && deferral == Deferral.FILES;
            return new Judgement(current.deferredBy(files ? Deferral.FILES : Deferral.ACTIVITY, now), false);
        }
        if (!rules.asksMaster() || proven) {
            return new Judgement(current, true);
        }
        if (word.isAlive()) {
            return new Judgement(current.deferredBy(Deferral.MASTER, now), false);
        }
        AppLiveness waiting = current.waiting(now);
        // The master may be back since it was last asked, so giving up on it takes one more question.
        boolean waitedEnough = now - waiting.since >= rules.masterTimeoutNanos();
        return new Judgement(waiting, waitedEnough && !waiting.awaitsLastQuestion(now, rules));
    }

    /** The same while a look into its dirs goes on: a disk that does not answer says nothing. */
    AppLiveness waitingForLook(long now) {
        return look.hangs(now) ? with(evidence, look.hanging()).deferredBy(Deferral.UNKNOWN, now) : this;
    }

    /**
     * The same after a look into its dirs, which is the last thing before the end. Changes that it saw count, whatever it
     * did not see; and while there is something that it could not see, the application stays, whatever else is known.
     */
    Judgement judgeAfterLook(LastChange change, long now, ExpiryPolicy rules) {
        Judgement before = judge(now, rules);
        if (!before.isOver()) {
            return new Judgement(before.app().lookEnded(), false);
        }
        AppLiveness looked = before.app().looked(change, now);
        if (looked.evidence.isActive(now)) {
            return new Judgement(looked.deferredBy(Deferral.FILES, now), false);
        }
        if (change.failure() != null) {
            return new Judgement(looked.deferredBy(Deferral.UNKNOWN, now), false);
        }
        return looked.judge(now, rules);
    }

    /** Lets time do its work: a driver becomes silent without anything happening. */
    AppLiveness at(long now) {
        return state == AppState.DRIVER_HEARD ? settled(now) : this;
    }

    AppLiveness going(long now) {
        return new AppLiveness(evidence, word, AppState.GOING, now, null, ActivityScan.NONE, announced, 0, stored);
    }

    /** The same, told of by who does it. */
    AppLiveness removedByHand(long now) {
        return new AppLiveness(evidence, word, AppState.GOING, now, null, ActivityScan.NONE, true, 0, stored);
    }

    /**
     * Its end could not be persisted: it stands where it stood, or is alive again if it was heard meanwhile.
     *
     * @param told whether operators know that its end is due, so that they need not be told again
     */
    AppLiveness back(AppLiveness before, boolean told, long now) {
        AppLiveness back = new AppLiveness(
                evidence, word, before.state, before.since, before.deferral, ActivityScan.NONE, told, 0, stored);
        return late > 0 || evidence.lastSign() != before.evidence.lastSign() ? back.alive(now) : back;
    }

    private AppLiveness alive(long now) {
        return new AppLiveness(evidence, word, state, since, deferral, ActivityScan.NONE, false, 0, stored)
                .settled(now);
    }

    /** The state that it has while its end is not due. */
    private AppLiveness settled(long now) {
        return state == AppState.KEPT ? this : unkept(now);
    }

    private AppLiveness unkept(long now) {
        if (!evidence.canDriverBeHeard()) {
            return in(AppState.WITHOUT_DRIVER, null, now);
        }
        return in(evidence.drivers().areSilent(now) ? AppState.DRIVER_SILENT : AppState.DRIVER_HEARD, null, now);
    }

    private AppLiveness deferredBy(Deferral reason, long now) {
        return in(AppState.DEFERRED, reason, now);
    }

    private AppLiveness waiting(long now) {
        return in(AppState.WAITING_FOR_MASTER, null, now);
    }

    private AppLiveness in(AppState next, @Nullable Deferral reason, long now) {
        boolean same = next == state && reason == deferral;
        return same ? this : new AppLiveness(evidence, word, next, now, reason, look, announced, late, stored);
    }

    private AppLiveness with(LivenessSignals sign) {
        return new AppLiveness(sign, word, state, since, deferral, look, false, late, stored);
    }

    private AppLiveness with(FrameworkStatus next) {
        return new AppLiveness(evidence, next, state, since, deferral, look, announced, late, stored);
    }

    private AppLiveness lateAgain() {
        return new AppLiveness(evidence, word, state, since, deferral, look, announced, late + 1, stored);
    }
}
