package dev.mesosshuffle.liveness;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The drivers that an application had before this run of the process, as far as none has registered from their addresses
 * in it. Immutable.
 *
 * @param addresses their addresses, without port; empty if none is known
 * @param timeoutNanos the longest of their heartbeat timeouts, if all of them register again after a loss; otherwise 0
 * @param waitingSince since when this process has waited for them: its start, or a later heartbeat that may be theirs
 */
record FormerDrivers(List<String> addresses, long timeoutNanos, long waitingSince) {
    static final FormerDrivers NONE = new FormerDrivers(List.of(), 0, 0);

    private static final String SEPARATOR = " ";

    FormerDrivers {
        addresses = List.copyOf(addresses);
    }

    /**
     * Returns those with some stored addresses.
     *
     * @param addresses separated by spaces; null if unknown
     * @param timeoutNanos the longest of their timeouts, if all of them register again after a loss; otherwise 0
     */
    static FormerDrivers of(@Nullable String addresses, long timeoutNanos, long now) {
        return addresses == null
                ? NONE
                : new FormerDrivers(
                        Stream.of(addresses.split(SEPARATOR))
                                .filter(address -> !address.isBlank())
                                .distinct()
                                .toList(),
                        timeoutNanos,
                        now);
    }

    /** Returns those that are left once one has registered from an address. */
    FormerDrivers without(String address) {
        List<String> left = new ArrayList<>(addresses);
        return left.remove(address) ? new FormerDrivers(left, timeoutNanos, waitingSince) : this;
    }

    FormerDrivers withHeartbeat(long now) {
        return isEmpty() ? this : new FormerDrivers(addresses, timeoutNanos, now);
    }

    boolean isEmpty() {
        return addresses.isEmpty();
    }

    /** Returns whether each of them registers again after a loss, so that its absence means something. */
    boolean reregister() {
        return timeoutNanos > 0;
    }

    /** Returns in how many ns they have been absent for two timeouts; not above 0 if they have. */
    long expiresIn(long now) {
        return waitingSince + 2 * timeoutNanos - now;
    }
}
