package dev.mesosshuffle.simulation;

import dev.mesosshuffle.model.CloseReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What is true of one application, and the least that the rules promise it. Kept simple on purpose: it knows no states,
 * only when things happened. Times are in ns, those that its service listened, without its pauses and the time in which
 * it did not run.
 */
final class SimulatedApplication {
    static final long NEVER = Long.MIN_VALUE / 4;

    private static final long DEFAULT_TIMEOUT = Duration.ofMinutes(2).toNanos();
    private static final long MASTER_TIMEOUT = Duration.ofHours(1).toNanos();
    static final long ORPHAN_TIMEOUT = Duration.ofHours(24).toNanos();

    /** Until the services have surely looked. */
    private static final long SLACK = Duration.ofHours(1).toNanos();

    final String id;
    final long timeout;

    /** Whether a process of it still runs; what it does not do, it may do later. */
    boolean lives = true;

    /** Whether the master may show it to these credentials. */
    final boolean visible;

    final List<SimulatedDir> dirs = new ArrayList<>();

    /** How many executors have registered; they are called by their numbers. */
    int executors;

    /** Its driver's connection, in this run of the service. */
    @Nullable
    Object connection;

    /** Whether its driver sends heartbeats all the time, as long as it has a connection. */
    boolean beats;

    /** Whether its driver registered in this run of the service. */
    boolean hasDriver;

    /** Whether its driver did, and was not cut off. */
    boolean canBeHeard;

    /** Whether its driver ever registered, so that it is known where that is. */
    boolean everHadDriver;

    /** Whether a stranger's connection was closed from here in this run of the service, so that it may yet be there. */
    boolean strangerCutOff;

    @Nullable
    CloseReason ended;

    long heard = NEVER;
    long active = NEVER;
    long lastSign = NEVER;

    /** Since when the master would say that it lives; above any time while it would not. */
    long listedSince = Long.MAX_VALUE;

    /** When the master could last have been heard saying so. */
    long listable = NEVER;

    /** Whether an operator wants it to stay. */
    boolean kept;

    /** Whether an operator had it removed. */
    boolean removed;

    /** Whether the master may have said that it ended. */
    boolean saidToHaveEnded;

    SimulatedApplication(String id, long timeout, boolean visible) {
        this.id = id;
        this.timeout = timeout;
        this.visible = visible;
    }

    void heard(long listened) {
        heard = listened;
        lastSign = listened;
    }

    void active(long listened) {
        active = listened;
        lastSign = listened;
    }

    /** Its service ends: the next one hears no driver, and knows of no use of its files. */
    void serviceEnded() {
        connection = null;
        hasDriver = false;
        canBeHeard = false;
        strangerCutOff = false;
        ended = null;
        active = NEVER;
    }

    /**
     * Notes whether the master would say that it lives.
     *
     * @param hearing how long it takes until it was surely asked
     */
    void listed(boolean now, long listened, long hearing) {
        listedSince = now ? Math.min(listedSince, listened) : Long.MAX_VALUE;
        if (now && listened - listedSince >= hearing) {
            listable = listened;
        }
    }

    private long changed(SimulatedClocks time, long shift) {
        return dirs.stream()
                .mapToLong(dir -> dir.changed(time, LongStream.of(shift)))
                .max()
                .orElse(NEVER);
    }

    private long quietTime() {
        return hasDriver ? timeout : DEFAULT_TIMEOUT;
    }

    /**
     * Whether the rules promise that nothing of it is deleted yet.
     *
     * @param shift what the clock was set forward by when its service started
     */
    boolean mustStay(long listened, SimulatedClocks time, long shift, boolean asksMaster) {
        if (kept || removed) {
            return kept;
        }
        if (beats && connection != null) {
            return true;
        }
        if (listened - active < quietTime() || time.now() - changed(time, shift) < quietTime()) {
            return true;
        }
        if (asksMaster && listened - listable < MASTER_TIMEOUT) {
            return true;
        }
        if (canBeHeard) {
            return listened - heard < (ended == CloseReason.CLOSED_BY_PEER ? timeout : 2 * timeout);
        }
        return !saidToHaveEnded && listened - lastSign < ORPHAN_TIMEOUT;
    }

    /** Whether the silence of its driver alone makes it be over by now, if no master is asked. */
    boolean mustBeGone(long listened, SimulatedClocks time, long shift) {
        return !kept
                && !beats
                && canBeHeard
                && !strangerCutOff
                && listened - Math.max(heard, active) > 2 * timeout + SLACK
                && time.now() - changed(time, shift) > timeout + SLACK
                && dirs.stream().allMatch(dir -> dir.isMarkedByClockOf(time));
    }

    @Override
    public String toString() {
        return "heard " + Duration.ofNanos(heard) + ", active " + Duration.ofNanos(active) + ", last sign "
                + Duration.ofNanos(lastSign) + ", listable " + Duration.ofNanos(listable) + ", ended " + ended
                + ", can be heard " + canBeHeard + ", said to have ended " + saidToHaveEnded + ", kept " + kept;
    }
}
