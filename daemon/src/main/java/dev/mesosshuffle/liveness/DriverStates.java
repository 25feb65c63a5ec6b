package dev.mesosshuffle.liveness;

import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.registry.StoredDrivers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The drivers of one application. Without authentication anybody may register as one, so each connection that did is a
 * driver of its own, and none replaces another: a second one can lengthen the application's life, never shorten it. The
 * application expires by missed heartbeats only once each of its drivers has expired. Immutable.
 *
 * <p>In charge is the one that registered first. When one expires while a reachable other is alive, the next is in charge. One that
 * expired is dropped then only if its connection has ended: as long as it is open, a driver that was paused may resume,
 * and then its own timeout counts, not that of the other. A dropped driver leaves its timeout behind, as the time for
 * which files must be idle: executors may outlive the connection of their driver.
 *
 * <p>The addresses of all known drivers are stored. Nobody knows which of them is the genuine one, so after a restart
 * missed heartbeats mean nothing until a driver has registered from each of those addresses; until then all drivers can
 * only lengthen the application's life. Where no address is stored, the first driver that registers is in charge.
 *
 * <p>At most {@link #MAX_TRACKED} are tracked. A further one takes the place of the one with the shortest timeout, and
 * inherits that timeout if it is longer. So no timeout is lost: the timeout of a driver that is no longer tracked
 * applies until its replacement has expired. Its heartbeats count for all drivers.
 *
 * <p>A driver whose connection this service closed, or whose registration it refused, cannot miss heartbeats either, until
 * another one registers from its address.
 *
 * <p>A driver may announce that it registers again after any loss of its connection. Then one that does not is missed as
 * one without heartbeats is, after two of its timeouts. That holds for an address, because Spark's own client, which
 * never registers again, may run beside one that does; and for an application only if it holds for each address that can
 * send no heartbeat, so that a stranger can end nothing by it.
 *
 * @param known those that registered in this run of the process, in that order, those from the address of a predecessor
 *     first; one that expired and whose connection has ended is among them only until a check finds another alive
 * @param predecessors the drivers before this run of the process, without those from whose address one has registered in it
 * @param crowded whether there ever were more drivers than can be tracked
 * @param droppedTimeoutNanos the longest timeout of the dropped drivers; 0 if there are none
 */
record DriverStates(List<DriverState> known, FormerDrivers predecessors, boolean crowded, long droppedTimeoutNanos) {
    /** More than a supervisor launches within a timeout. */
    static final int MAX_TRACKED = 16;

    private static final String SEPARATOR = " ";

    /** Stored if some drivers could not be tracked: an address that no driver registers from. */
    private static final String OTHERS = "others";

    static final DriverStates NONE = new DriverStates(List.of(), FormerDrivers.NONE, false, 0);

    DriverStates {
        known = List.copyOf(known);
    }

    /** Returns an application's drivers at the start of this process. */
    static DriverStates before(FormerDrivers predecessors) {
        return new DriverStates(List.of(), predecessors, false, 0);
    }

    // Events.

    /** A driver registers, for the first time or again, at the time of its last heartbeat. */
    DriverStates registered(DriverState driver) {
        List<DriverState> next = new ArrayList<>(known);
        for (int i = 0; i < next.size(); i++) {
            if (next.get(i).isOn(driver.connection())) {
                // It may be in the place of one that is no longer tracked, so it must not shorten its own timeout.
                next.set(i, crowded ? driver.inPlaceOf(next.get(i)) : driver);
                return new DriverStates(next, predecessors, crowded, droppedTimeoutNanos);
            }
        }
        next.removeIf(other -> !other.isReachable() && other.host().equals(driver.host()));
        long dropped = droppedTimeoutNanos;
        if (next.size() >= MAX_TRACKED) {
            dropped = Math.max(dropped, drop(next, driver.lastHeartbeat()));
        }
        boolean full = next.size() >= MAX_TRACKED;
        DriverState added = full ? driver.inPlaceOf(next.remove(shortest(next))) : driver;
        boolean isPredecessor = predecessors.addresses().contains(driver.host());
        FormerDrivers missing = predecessors.without(driver.host());
        next.add(isPredecessor ? 0 : next.size(), added);
        return new DriverStates(next, missing, crowded || full, dropped);
    }

    /** Removes those that are expired for good from a list; returns the longest of their timeouts, or 0. */
    private static long drop(List<DriverState> drivers, long now) {
        long longest = 0;
        for (Iterator<DriverState> each = drivers.iterator(); each.hasNext(); ) {
            DriverState driver = each.next();
            if (driver.isExpiredForGood(now)) {
                longest = Math.max(longest, driver.timeoutNanos());
                each.remove();
            }
        }
        return longest;
    }

    /**
     * Returns whose place a further driver takes: not that of the one in charge, and an unreachable one's only if there is
     * no other.
     */
    private static int shortest(List<DriverState> drivers) {
        int shortest = drivers.size() - 1;
        for (int i = shortest - 1; i > 0; i--) {
            DriverState one = drivers.get(i);
            DriverState other = drivers.get(shortest);
            boolean isShorter = one.timeoutNanos() < other.timeoutNanos();
            if (one.isReachable() == other.isReachable() ? isShorter : one.isReachable()) {
                shortest = i;
            }
        }
        return shortest;
    }

    /** A heartbeat arrived over a connection. If no driver is on it, it counts for all. */
    DriverStates withHeartbeat(long now, Object connection) {
        return on(connection) == null
                ? withHeartbeat(now)
                : each(driver -> driver.isOn(connection) ? driver.withHeartbeat(now) : driver);
    }

    DriverStates withHeartbeat(long now) {
        DriverStates next = each(driver -> driver.withHeartbeat(now));
        return new DriverStates(next.known, predecessors.withHeartbeat(now), crowded, droppedTimeoutNanos);
    }

    DriverStates disconnected(Object connection, CloseReason reason) {
        DriverStates next = each(driver -> driver.disconnected(connection, reason));
        return next.withoutReplaced();
    }

    /** While a reachable one is alive, drops those that are expired for good. */
    DriverStates withoutExpired(long now) {
        if (known.size() < 2 || !isAnyAlive(now)) {
            return this;
        }
        List<DriverState> next = new ArrayList<>(known);
        long dropped = Math.max(droppedTimeoutNanos, drop(next, now));
        return next.size() == known.size() ? this : new DriverStates(next, predecessors, crowded, dropped);
    }

    /** An unreachable one that has registered from the same address since sends heartbeats on its new connection. */
    private DriverStates withoutReplaced() {
        List<DriverState> next = new ArrayList<>();
        for (int i = 0; i < known.size(); i++) {
            if (!isReplaced(i)) {
                next.add(known.get(i));
            }
        }
        return next.size() == known.size() ? this : new DriverStates(next, predecessors, crowded, droppedTimeoutNanos);
    }

    private boolean isReplaced(int which) {
        DriverState old = known.get(which);
        return !old.isReachable()
                && known.stream()
                        .skip(which + 1L)
                        .anyMatch(later ->
                                later.closeReason() == null && later.host().equals(old.host()));
    }

    private DriverStates each(UnaryOperator<DriverState> change) {
        return new DriverStates(known.stream().map(change).toList(), predecessors, crowded, droppedTimeoutNanos);
    }

    // Queries.

    /** Returns the driver in charge; the first if all have expired, null if none has registered in this run. */
    @Nullable
    DriverState inCharge(long now) {
        for (DriverState driver : known) {
            if (!driver.isReachable() || !driver.hasExpired(now)) {
                return driver;
            }
        }
        return known.isEmpty() ? null : known.get(0);
    }

    /**
     * Returns what the next process must know.
     *
     * @return the addresses of all, the longest of their timeouts, and whether drivers register again from all of these
     *     addresses; null if none has registered, or if the stored predecessors must stay
     */
    @Nullable
    StoredDrivers stored() {
        if (known.isEmpty() || !predecessors.isEmpty()) {
            return null;
        }
        long longest = known.stream().mapToLong(DriverState::timeoutNanos).max().orElseThrow();
        Stream<String> hosts = known.stream().map(DriverState::host).distinct();
        Stream<String> others = crowded ? Stream.of(OTHERS) : Stream.empty();
        return new StoredDrivers(
                Stream.concat(hosts, others).collect(Collectors.joining(SEPARATOR)),
                TimeUnit.NANOSECONDS.toMillis(longest),
                !crowded && known.stream().allMatch(driver -> reregisters(driver.host())));
    }

    @Nullable
    DriverState on(Object connection) {
        for (DriverState driver : known) {
            if (driver.isOn(connection)) {
                return driver;
            }
        }
        return null;
    }

    /** Returns whether missed heartbeats mean anything: each driver that the application may depend on can send some. */
    boolean areReachable() {
        return predecessors.isEmpty() && !known.isEmpty() && known.stream().allMatch(DriverState::isReachable);
    }

    /**
     * Returns whether each driver that can send no heartbeat now registers again if it lives: then its absence means
     * something.
     */
    boolean areExpectedBack() {
        boolean isAnyKnown = !known.isEmpty() || !predecessors.isEmpty();
        return isAnyKnown
                && !crowded
                && (predecessors.isEmpty() || predecessors.reregister())
                && known.stream().allMatch(driver -> driver.isReachable() || reregisters(driver.host()));
    }

    private boolean reregisters(String host) {
        return known.stream()
                .anyMatch(driver -> driver.reregisters() && driver.host().equals(host));
    }

    boolean areUnresponsive(long now) {
        return known.stream().allMatch(driver -> driver.isUnresponsive(now));
    }

    /** Returns the time in ns since the last heartbeat of any of them. */
    long sinceLastHeartbeat(long now) {
        return known.stream()
                .mapToLong(driver -> now - driver.lastHeartbeat())
                .min()
                .orElse(0);
    }

    /** Returns whether a reachable one has not expired. */
    boolean isAnyAlive(long now) {
        return known.stream().anyMatch(driver -> driver.isReachable() && !driver.hasExpired(now));
    }

    /** Returns in how many ns the last of the reachable ones expires; not above 0 if all have. */
    long expiresIn(long now) {
        return known.stream()
                .filter(DriverState::isReachable)
                .mapToLong(driver -> driver.expiresIn(now))
                .max()
                .orElse(0);
    }

    /**
     * Returns in how many ns the last of all expires if none registers again, those that can send no heartbeat included;
     * not above 0 if all have. Meaningless unless they {@linkplain #areExpectedBack() are expected back}.
     */
    long absentIn(long now) {
        long last = predecessors.isEmpty() ? Long.MIN_VALUE : predecessors.expiresIn(now);
        for (DriverState driver : known) {
            last = Math.max(last, driver.expiresIn(now));
        }
        return last;
    }

    /** Returns for how many ns the application's files must be idle before it expires; each driver can only lengthen it. */
    long requiredIdleNanos() {
        return Math.max(
                Math.max(requiredIdleOfAbsent(), droppedTimeoutNanos),
                known.stream().mapToLong(DriverState::timeoutNanos).max().orElse(0));
    }

    private long requiredIdleOfAbsent() {
        if (predecessors.isEmpty()) {
            return known.isEmpty() ? LivenessSignals.DEFAULT_TIMEOUT_NANOS : 0;
        }
        return predecessors.reregister() ? predecessors.timeoutNanos() : LivenessSignals.DEFAULT_TIMEOUT_NANOS;
    }
}
