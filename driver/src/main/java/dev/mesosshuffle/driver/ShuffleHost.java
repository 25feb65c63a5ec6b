package dev.mesosshuffle.driver;

import org.jspecify.annotations.Nullable;

/**
 * One host with a shuffle service, as far as this driver is concerned.
 *
 * <pre>
 *   WAITING --due--> CONNECTING --registered--> REGISTERED --connection ended--> WAITING
 *      ^------------------+ failed
 *   from all: --closed--> CLOSED
 * </pre>
 *
 * <p><b>Concurrency:</b> for any thread; guarded by this object, and nothing blocks under it.
 */
final class ShuffleHost {
    private enum State {
        WAITING,
        CONNECTING,
        REGISTERED,
        CLOSED
    }

    private final String name;
    private final HeartbeatTiming timing;
    private final RetryBackoff backoff;
    private final HostReporter reporter;

    private State state = State.WAITING;
    private @Nullable ServiceConnection connection;

    /** When the next attempt, or the next heartbeat, is due. */
    private long dueAt;

    /** When the host became known, or when it registered last. */
    private long since;

    /** How many attempts in a row were in vain, including those whose connection ended at once. */
    private int failures;

    private boolean everRegistered;
    private boolean reportedAbsent;

    ShuffleHost(String name, HeartbeatTiming timing, RetryBackoff backoff, HostReporter reporter, long now) {
        this.name = name;
        this.timing = timing;
        this.backoff = backoff;
        this.reporter = reporter;
        this.dueAt = now;
        this.since = now;
    }

    String name() {
        return name;
    }

    /**
     * Does what is due: sends a heartbeat, or notices the end of the connection.
     *
     * @return whether an attempt to register is due, which the caller must make and end with {@link #registered} or {@link
     *     #failed}
     */
    synchronized boolean check(long now) {
        if (state == State.REGISTERED && connection != null) {
            if (!connection.isActive()) {
                lost(now);
            } else if (now - dueAt >= 0) {
                connection.sendHeartbeat();
                dueAt = now + timing.heartbeatNanos();
            }
        }
        if (state != State.WAITING || now - dueAt < 0) {
            return false;
        }
        state = State.CONNECTING;
        return true;
    }

    private void lost(long now) {
        connection = null;
        state = State.WAITING;
        failures = now - since >= timing.heartbeatNanos() ? 0 : failures + 1;
        dueAt = now + backoff.delayNanos(failures);
        reporter.lost(name);
    }

    /**
     * The driver has registered.
     *
     * @return false if nobody needs the connection any more, which the caller must close
     */
    synchronized boolean registered(ServiceConnection established, long now) {
        if (state == State.CLOSED) {
            return false;
        }
        connection = established;
        state = State.REGISTERED;
        since = now;
        dueAt = now + timing.heartbeatNanos();
        if (everRegistered) {
            reporter.returned(name);
        } else {
            reporter.registered(name);
        }
        everRegistered = true;
        return true;
    }

    /** The attempt to register was in vain. */
    synchronized void failed(Throwable reason, long now) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.WAITING;
        failures++;
        dueAt = now + backoff.delayNanos(failures);
        if (!everRegistered && !reportedAbsent && now - since >= timing.timeoutNanos()) {
            reportedAbsent = true;
            reporter.absent(name, reason);
        }
    }

    /** Returns the connection, if there is one, for the caller to close; nothing is due any more. */
    synchronized @Nullable ServiceConnection close() {
        ServiceConnection last = connection;
        connection = null;
        state = State.CLOSED;
        return last;
    }
}
