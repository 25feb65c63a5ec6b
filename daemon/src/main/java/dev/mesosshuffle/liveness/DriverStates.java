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
 * driver of its own, and none takes another's place: a second one can lengthen the application's life, never shorten it.
 * The application expires by missed heartbeats only once each of them has expired. Immutable.
 *
 * <p>In charge is the one that registered first. When one expires while others live, the next is in charge. One that
 * expired is dropped then only if its connection has ended: as long as it is open, a driver that was paused may resume,
 * and then its own timeout counts, not that of the other. What is dropped leaves its timeout behind, as the time for
 * which files must be idle: executors may outlive the connection of their driver.
 *
 * <p>The addresses of all that are known are stored: nobody knows which of them is the real one, so after a restart
 * missed heartbeats mean nothing until one has registered from each of those addresses, and until then all only
 * lengthen. Where no address is stored, the first driver that registers is in charge.
 *
 * <p>At most {@link #MOST} are kept apart. Who registers beyond that takes the place of the one with the shortest timeout,
 * and its timeout if that is the longer one: so none is lost, and what the application was promised by one that is not
 * kept apart any more holds until the one in its place has expired. Heartbeats of the former count for all.
 *
 * <p>A driver that this service cut off cannot be missed either, until another registers from its address.
 *
 * @param known those that registered in this run of the process, who is in charge first; one that expired and whose
 *     connection has ended is among them only until the next judgement, or if all have expired
 * @param predecessors the addresses, without port, of the drivers that lived before this run of the process, without
 *     those from which one has registered in it; none if none is known
 * @param crowded whether there ever were more than can be kept apart
 * @param droppedTimeoutNanos the longest timeout of those that were dropped; 0 if none was
 */
record DriverStates(List<DriverState> known, List<String> predecessors, boolean crowded, long droppedTimeoutNanos) {
    /** More than a supervisor starts within a timeout. */
    static final int MOST = 16;

    private static final String SEPARATOR = " ";

    /** Stored where some could not be kept apart: an address that nobody registers from. */
    private static final String OTHERS = "others";

    static final DriverStates NONE = new DriverStates(List.of(), List.of(), false, 0);

    DriverStates {
        known = List.copyOf(known);
        predecessors = List.copyOf(predecessors);
    }

    /** Those before this run of the process, by what {@link #stored} gave; null if that is not known. */
    static DriverStates before(@Nullable String addresses) {
        return addresses == null
                ? NONE
                : new DriverStates(
                        List.of(),
                        Stream.of(addresses.split(SEPARATOR))
                                .filter(address -> !address.isBlank())
                                .distinct()
                                .toList(),
                        false,
                        0);
    }

    // What happens to them.

    /** One registers, for the first time or again, at the moment when it was last heard. */
    DriverStates registered(DriverState driver) {
        List<DriverState> next = new ArrayList<>(known);
        for (int i = 0; i < next.size(); i++) {
            if (next.get(i).isOn(driver.connection())) {
                // It may stand for one that is not kept apart any more, so that it must not shorten what it says.
                next.set(i, crowded ? driver.inPlaceOf(next.get(i)) : driver);
                return new DriverStates(next, predecessors, crowded, droppedTimeoutNanos);
            }
        }
        next.removeIf(other -> !other.canBeHeard() && other.host().equals(driver.host()));
        long dropped = droppedTimeoutNanos;
        if (next.size() >= MOST) {
            dropped = Math.max(dropped, drop(next, driver.heard()));
        }
        boolean full = next.size() >= MOST;
        DriverState its = full ? driver.inPlaceOf(next.remove(shortest(next))) : driver;
        List<String> missing = new ArrayList<>(predecessors);
        boolean isPredecessor = missing.remove(driver.host());
        next.add(isPredecessor ? 0 : next.size(), its);
        return new DriverStates(next, missing, crowded || full, dropped);
    }

    /** Drops those that are expired for good; returns the longest of their timeouts, or 0. */
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

    /** Whose place is taken: rather not that of the one in charge, and of one cut off only if there is no other. */
    private static int shortest(List<DriverState> drivers) {
        int shortest = drivers.size() - 1;
        for (int i = shortest - 1; i > 0; i--) {
            DriverState one = drivers.get(i);
            DriverState other = drivers.get(shortest);
            boolean isShorter = one.timeoutNanos() < other.timeoutNanos();
            if (one.canBeHeard() == other.canBeHeard() ? isShorter : one.canBeHeard()) {
                shortest = i;
            }
        }
        return shortest;
    }

    /** The one on a connection is heard. If there is none on it, whoever sends that speaks for all. */
    DriverStates heardAt(long now, Object connection) {
        return on(connection) == null
                ? heardAt(now)
                : each(driver -> driver.isOn(connection) ? driver.heardAt(now) : driver);
    }

    DriverStates heardAt(long now) {
        return each(driver -> driver.heardAt(now));
    }

    DriverStates disconnected(Object connection, CloseReason how) {
        DriverStates next = each(driver -> driver.disconnected(connection, how));
        return next.withoutReplaced();
    }

    /** One that lives is in charge, and those are dropped that are expired for good; the same if all have expired. */
    DriverStates withoutExpired(long now) {
        if (known.size() < 2 || known.stream().allMatch(driver -> driver.canBeHeard() && driver.hasExpired(now))) {
            return this;
        }
        List<DriverState> next = new ArrayList<>(known);
        long dropped = Math.max(droppedTimeoutNanos, drop(next, now));
        List<DriverState> resumable = new ArrayList<>(next);
        resumable.removeIf(driver -> !(driver.canBeHeard() && driver.hasExpired(now)));
        next.removeAll(resumable);
        next.addAll(resumable);
        return next.equals(known) ? this : new DriverStates(next, predecessors, crowded, dropped);
    }

    /** One that was cut off, and has registered from the same address since, is missed on its new connection. */
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
        DriverState gone = known.get(which);
        return !gone.canBeHeard()
                && known.stream()
                        .skip(which + 1L)
                        .anyMatch(later -> later.ended() == null && later.host().equals(gone.host()));
    }

    private DriverStates each(UnaryOperator<DriverState> change) {
        return new DriverStates(known.stream().map(change).toList(), predecessors, crowded, droppedTimeoutNanos);
    }

    // What they come to.

    /** Who is in charge, or was last; null if none has registered in this run of the process. */
    @Nullable
    DriverState inCharge() {
        return known.isEmpty() ? null : known.get(0);
    }

    /**
     * What the next process is to know of them.
     *
     * @return the addresses of all, and the longest of their timeouts; null if none has registered, or if what is stored
     *     of those before is to stay
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
                TimeUnit.NANOSECONDS.toMillis(longest));
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

    /** Whether their silence would say something: none of those that the application may depend on is out of hearing. */
    boolean canBeHeard() {
        return predecessors.isEmpty() && !known.isEmpty() && known.stream().allMatch(DriverState::canBeHeard);
    }

    boolean areSilent(long now) {
        return known.stream().allMatch(driver -> driver.isSilent(now));
    }

    /** For how long none of them was heard. */
    long notHeardFor(long now) {
        return known.stream().mapToLong(driver -> now - driver.heard()).min().orElse(0);
    }

    /** Whether one that can be heard has not expired. */
    boolean anyLives(long now) {
        return known.stream().anyMatch(driver -> driver.canBeHeard() && !driver.hasExpired(now));
    }

    /** In how many ns the last of those that can be heard expires; not above 0 if all have. */
    long overIn(long now) {
        return known.stream()
                .filter(DriverState::canBeHeard)
                .mapToLong(driver -> driver.overIn(now))
                .max()
                .orElse(0);
    }

    /** How long the application's files must be unused before it expires: each driver's word can only lengthen that. */
    long quietTimeNanos() {
        long least = known.isEmpty() || !predecessors.isEmpty() ? LivenessSignals.DEFAULT_TIMEOUT_NANOS : 0;
        return Math.max(
                Math.max(least, droppedTimeoutNanos),
                known.stream().mapToLong(DriverState::timeoutNanos).max().orElse(0));
    }
}
