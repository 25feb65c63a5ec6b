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

    /** Whether its driver announces that it registers again after a loss; what it announces, it may not do. */
    boolean comesBack;

    /** When this run of the service began. */
    long serviceStarted;

    /** Whether its driver registered in this run of the service. */
    boolean hasDriver;

    /** Whether its driver did, and the service did not close its connection. */
    boolean reachable;

    /** Whether its driver ever registered, so that its address is stored. */
    boolean everHadDriver;

    /** Whether a stranger's connection was closed from here in this run of the service, so that it may yet be there. */
    boolean strangerUnreachable;

    /** How the driver's connection ended, in this run of the service; null while it is open. */
    @Nullable
    CloseReason closeReason;

    long lastHeartbeat = NEVER;
    long lastActivity = NEVER;
    long lastSignal = NEVER;

    /** Since when the master would list it; above any time while it would not. */
    long listedSince = Long.MAX_VALUE;

    /** When a poll could last have seen that. */
    long listable = NEVER;

    /** Whether an operator keeps it. */
    boolean kept;

    /** Whether an operator had it removed. */
    boolean removed;

    /** Whether the master may have reported it as completed. */
    boolean reportedCompleted;

    SimulatedApplication(String id, long timeout, boolean visible) {
        this.id = id;
        this.timeout = timeout;
        this.visible = visible;
    }

    void heartbeat(long listened) {
        lastHeartbeat = listened;
        lastSignal = listened;
    }

    void activity(long listened) {
        lastActivity = listened;
        lastSignal = listened;
    }

    /** Its service ends: the next one has no driver's connection, and knows of no use of its files. */
    void serviceEnded(long listened) {
        serviceStarted = listened;
        connection = null;
        hasDriver = false;
        reachable = false;
        strangerUnreachable = false;
        closeReason = null;
        lastActivity = NEVER;
    }

    /**
     * Records whether the master would list it.
     *
     * @param pollDelay how long it takes until it was surely polled
     */
    void listed(boolean now, long listened, long pollDelay) {
        listedSince = now ? Math.min(listedSince, listened) : Long.MAX_VALUE;
        if (now && listened - listedSince >= pollDelay) {
            listable = listened;
        }
    }

    private long changed(SimulatedClocks time, long shift) {
        return dirs.stream()
                .mapToLong(dir -> dir.changed(time, LongStream.of(shift)))
                .max()
                .orElse(NEVER);
    }

    private long requiredIdleTime() {
        if (hasDriver) {
            return timeout;
        }
        return comesBack ? Math.min(timeout, DEFAULT_TIMEOUT) : DEFAULT_TIMEOUT;
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
        if (listened - lastActivity < requiredIdleTime() || time.now() - changed(time, shift) < requiredIdleTime()) {
            return true;
        }
        if (asksMaster && listened - listable < MASTER_TIMEOUT) {
            return true;
        }
        if (reachable) {
            return listened - lastHeartbeat < (closeReason == CloseReason.CLOSED_BY_PEER ? timeout : 2 * timeout);
        }
        boolean isMissed = comesBack && listened - Math.max(lastHeartbeat, serviceStarted) >= 2 * timeout;
        return !reportedCompleted && !isMissed && listened - lastSignal < ORPHAN_TIMEOUT;
    }

    /** Whether missed heartbeats alone make it expire by now, if no master is polled. */
    boolean mustBeRemoved(long listened, SimulatedClocks time, long shift) {
        return !kept
                && !beats
                && reachable
                && !strangerUnreachable
                && listened - Math.max(lastHeartbeat, lastActivity) > 2 * timeout + SLACK
                && time.now() - changed(time, shift) > timeout + SLACK
                && dirs.stream().allMatch(dir -> dir.isMarkedByClockOf(time));
    }

    @Override
    public String toString() {
        return "last heartbeat " + Duration.ofNanos(lastHeartbeat) + ", last activity " + Duration.ofNanos(lastActivity)
                + ", last sign "
                + Duration.ofNanos(lastSignal) + ", listable " + Duration.ofNanos(listable) + ", close reason "
                + closeReason
                + ", reachable " + reachable + ", reported as completed " + reportedCompleted + ", kept " + kept;
    }
}
