package dev.mesosshuffle.liveness;

import dev.mesosshuffle.model.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * A driver that registered in this run of the process. Immutable.
 *
 * @param connection its connection; null once that has ended
 * @param address where it is, for people
 * @param timeoutNanos after how long a silence it is over, by its own word
 * @param heard when it last sent a heartbeat, or registered
 * @param ended how its connection ended; null while it is open
 */
record DriverState(
        @Nullable Object connection,
        String address,
        long timeoutNanos,
        long heard,
        @Nullable CloseReason ended) {
    DriverState heardAt(long now) {
        return new DriverState(connection, address, timeoutNanos, now, ended);
    }

    /** The same in the place of another, of whose word nothing is lost: not its timeout, nor that it cannot be heard. */
    DriverState inPlaceOf(DriverState other) {
        long longer = Math.max(timeoutNanos, other.timeoutNanos);
        return other.canBeHeard()
                ? new DriverState(connection, address, longer, heard, ended)
                : new DriverState(null, other.address, longer, heard, other.ended);
    }

    /** Only the end of its own connection counts. */
    DriverState disconnected(Object which, CloseReason how) {
        return isOn(which) ? new DriverState(null, address, timeoutNanos, heard, how) : this;
    }

    boolean isOn(@Nullable Object which) {
        return connection != null && connection == which;
    }

    /** Where it is, without the port, which is another one for each connection. */
    String host() {
        int start = address.lastIndexOf('/') + 1;
        int port = address.lastIndexOf(':');
        return address.substring(start, port < start ? address.length() : port);
    }

    boolean canBeHeard() {
        return ended != CloseReason.CLOSED_LOCALLY;
    }

    boolean isSilent(long now) {
        return now - heard >= timeoutNanos;
    }

    /**
     * In how many ns it is over, if it is not heard; not above 0 if it is. One that can still be heard, or was lost to
     * the network, may be paused: it gets its timeout twice.
     */
    long overIn(long now) {
        return heard + (ended == CloseReason.CLOSED_BY_PEER ? timeoutNanos : 2 * timeoutNanos) - now;
    }

    boolean hasExpired(long now) {
        return overIn(now) <= 0;
    }

    /** Whether it has expired and no heartbeat of it can come any more, since its connection has ended. */
    boolean isExpiredForGood(long now) {
        return ended != null && canBeHeard() && hasExpired(now);
    }

    /** How its connection is, for people. */
    String connectionState() {
        if (ended == null) {
            return "its connection is open";
        }
        return switch (ended) {
            case CLOSED_BY_PEER -> "it closed its connection in order";
            case RESET -> "its connection broke";
            case CLOSED_LOCALLY -> "its connection was closed from here";
        };
    }
}
