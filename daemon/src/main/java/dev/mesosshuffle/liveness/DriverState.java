package dev.mesosshuffle.liveness;

import dev.mesosshuffle.model.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * A driver that registered in this run of the process. Immutable.
 *
 * @param connection its connection; null once that has ended, or if its registration was refused
 * @param address its address, for operators
 * @param timeoutNanos its heartbeat timeout, as it registered
 * @param lastHeartbeat when it last sent a heartbeat, or registered
 * @param closeReason how its connection ended; null while it is open; as if closed locally if it was refused
 * @param reregisters whether it announced that it registers again after a loss of its connection
 */
record DriverState(
        @Nullable Object connection,
        String address,
        long timeoutNanos,
        long lastHeartbeat,
        @Nullable CloseReason closeReason,
        boolean reregisters) {
    DriverState withHeartbeat(long now) {
        return new DriverState(connection, address, timeoutNanos, now, closeReason, reregisters);
    }

    /** Takes the place of another driver, and inherits its timeout if longer, and that it is unreachable. */
    DriverState inPlaceOf(DriverState other) {
        long longer = Math.max(timeoutNanos, other.timeoutNanos);
        return other.isReachable()
                ? new DriverState(connection, address, longer, lastHeartbeat, closeReason, reregisters)
                : new DriverState(null, other.address, longer, lastHeartbeat, other.closeReason, other.reregisters);
    }

    /** Only the end of its own connection counts. */
    DriverState disconnected(Object which, CloseReason reason) {
        return isOn(which) ? new DriverState(null, address, timeoutNanos, lastHeartbeat, reason, reregisters) : this;
    }

    boolean isOn(@Nullable Object which) {
        return connection != null && connection == which;
    }

    /** Returns its address without the port, which differs for each connection. */
    String host() {
        int start = address.lastIndexOf('/') + 1;
        int port = address.lastIndexOf(':');
        return address.substring(start, port < start ? address.length() : port);
    }

    /** Returns whether missed heartbeats mean anything: this service neither closed its connection nor refused it. */
    boolean isReachable() {
        return closeReason != CloseReason.CLOSED_LOCALLY;
    }

    boolean isUnresponsive(long now) {
        return now - lastHeartbeat >= timeoutNanos;
    }

    /**
     * Returns in how many ns it expires without a heartbeat; not above 0 if it has. One that may still send heartbeats,
     * or whose connection was reset, may only be paused: its timeout counts twice.
     */
    long expiresIn(long now) {
        long timeouts = closeReason == CloseReason.CLOSED_BY_PEER ? timeoutNanos : 2 * timeoutNanos;
        return lastHeartbeat + timeouts - now;
    }

    boolean hasExpired(long now) {
        return expiresIn(now) <= 0;
    }

    /** Returns whether it has expired and can send no heartbeat any more, because its connection has ended. */
    boolean isExpiredForGood(long now) {
        return closeReason != null && isReachable() && hasExpired(now);
    }

    /** The state of its connection, for operators. */
    String connectionState() {
        if (closeReason == null) {
            return "its connection is open";
        }
        return switch (closeReason) {
            case CLOSED_BY_PEER -> "it closed its connection";
            case RESET -> "its connection was reset";
            case CLOSED_LOCALLY -> "its connection was closed, or its registration refused, by this service";
        };
    }
}
