package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.memory.ByteBudget;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one kind of connections, those that were admitted and those that wait. One address holds at most half of what
 * the others leave, so that there is always some memory for another one. The order is that of arrival, with a delay of a
 * second for each MiB of the frame, and for each MiB that its address holds: who announces long frames and does not send them
 * holds up others little, and a long frame is not overtaken for ever. Only a frame whose address holds enough already is
 * passed over for longer.
 *
 * <p>An address is forgotten as soon as it neither holds memory nor waits for any, so there are no more of them than
 * connections.
 *
 * <p><b>Concurrency:</b> guarded by its user.
 */
final class AdmissionLane {
    /** An address may hold one part in so many of what the others leave. */
    private static final int SHARE_DIVISOR = 2;

    /** The delay for each byte. */
    private static final long NANOS_PER_BYTE = TimeUnit.SECONDS.toNanos(1) / (1 << 20);

    private final ByteBudget budget;
    private final ByteBudget part;
    private final Map<Object, Address> addresses = new HashMap<>();
    private final NavigableSet<Address> waiting =
            new TreeSet<>(Comparator.<Address>comparingLong(address -> address.turnNanos)
                    .thenComparingLong(address -> address.number));

    /** Whether an address with waiting frames may be missing among those that wait. */
    private boolean isIncomplete;

    /**
     * Creates an empty lane.
     *
     * @param budget for the frames of all lanes
     * @param part what this lane's frames may hold of it; possibly all
     */
    AdmissionLane(ByteBudget budget, ByteBudget part) {
        this.budget = budget;
        this.part = part;
    }

    /** The frames of one address. */
    private static final class Address {
        private final ByteBudget share;
        private final Queue<InboundAdmission.Ticket> waiting =
                new PriorityQueue<>(Comparator.<InboundAdmission.Ticket>comparingLong(Address::order)
                        .thenComparingLong(InboundAdmission.Ticket::number));

        /** Its place among the addresses that wait; changes only while it is not among them. */
        private long turnNanos;

        private long number;

        private Address(ByteBudget share) {
            this.share = share;
        }

        private static long order(InboundAdmission.Ticket ticket) {
            return ticket.arrivalNanos() + ticket.bytes() * NANOS_PER_BYTE;
        }
    }

    /** Adds a frame to those that wait. */
    void add(InboundAdmission.Ticket ticket) {
        Address address =
                addresses.computeIfAbsent(ticket.address(), key -> new Address(part.fairShare(SHARE_DIVISOR)));
        waiting.remove(address);
        try {
            address.waiting.add(ticket);
        } finally {
            settle(ticket.address(), address);
        }
    }

    /** Takes out a frame that waits. */
    void remove(InboundAdmission.Ticket ticket) {
        Address address = addresses.get(ticket.address());
        if (address != null) {
            waiting.remove(address);
            address.waiting.remove(ticket);
            settle(ticket.address(), address);
        }
    }

    /** Gives back the memory of a frame that was admitted. */
    void release(InboundAdmission.Ticket ticket) {
        Address address = addresses.get(ticket.address());
        if (address != null) {
            waiting.remove(address);
            address.share.release(ticket.bytes());
            settle(ticket.address(), address);
        }
    }

    /** The frame that is next, if it need not wait any more; null if there is none. */
    InboundAdmission.@Nullable Ticket next() {
        if (isIncomplete) {
            addresses.values().stream()
                    .filter(address -> !address.waiting.isEmpty())
                    .forEach(waiting::add);
            isIncomplete = false;
        }
        for (Address address : waiting) {
            InboundAdmission.Ticket first = address.waiting.element();
            if (fits(address, first.bytes())) {
                return first;
            }
            if (address.share.usedBytes() == 0) {
                // Nobody overtakes it any more, or it would wait for ever.
                return null;
            }
        }
        return null;
    }

    /** Reserves the memory of the frame that is next. */
    void admit(InboundAdmission.Ticket ticket) {
        Address address = addresses.get(ticket.address());
        if (address != null) {
            waiting.remove(address);
            address.waiting.remove(ticket);
            address.share.reserve(ticket.bytes());
            settle(ticket.address(), address);
        }
    }

    /** The length of the longest frame that is first of its address and waits although that holds nothing, in bytes; or 0. */
    int blockedBytes() {
        for (Address address : waiting) {
            if (address.share.usedBytes() == 0) {
                return address.waiting.element().bytes();
            }
        }
        return 0;
    }

    private boolean fits(Address address, int bytes) {
        if (bytes <= address.share.freeBytes()) {
            return true;
        }
        if (address.share.usedBytes() > 0) {
            return false;
        }
        // What is longer than any share takes what is left; what is longer than a limit is admitted alone.
        return (bytes > address.share.maxBytes() && bytes <= part.freeBytes())
                || (part.usedBytes() == 0 && (budget.usedBytes() == 0 || bytes <= budget.freeBytes()));
    }

    /** Gives an address its place after a change, or forgets it. */
    private void settle(Object key, Address address) {
        InboundAdmission.Ticket first = address.waiting.peek();
        if (first != null) {
            address.turnNanos = Address.order(first) + address.share.usedBytes() * NANOS_PER_BYTE;
            address.number = first.number();
            place(address);
        } else if (address.share.usedBytes() == 0) {
            addresses.remove(key);
        }
    }

    /** Others' frames must not wait for ever because there was no memory for the place of one. */
    private void place(Address address) {
        try {
            waiting.add(address);
        } catch (OutOfMemoryError e) {
            isIncomplete = true;
            HeapShortage.survived(e);
        }
    }

    /** How many addresses it knows. */
    int addresses() {
        return addresses.size();
    }
}
