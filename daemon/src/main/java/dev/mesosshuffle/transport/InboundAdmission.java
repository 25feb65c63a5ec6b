package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.memory.ByteBudget;
import java.util.ArrayList;
import java.util.List;

/**
 * Admits large frames as long as the memory for what has not been decoded lasts; the others wait. A frame is admitted with its
 * whole length, so that frames that have arrived in part never wait for each other. Addresses share the memory ({@link
 * AdmissionLane}). Connections that have done nothing useful yet wait in a lane of their own, which has a quarter of the
 * memory; a frame longer than that quarter is admitted if it is the only one of theirs.
 *
 * <p><b>Concurrency:</b> for any thread; never blocks for long.
 */
final class InboundAdmission {
    /** The part of the budget that connections share that have done nothing useful yet. */
    private static final int NEWCOMER_PART = 4;

    private final ByteBudget budget;
    private final Ticker ticker;
    private final LargeFrameRate rate;
    private final ByteBudget newcomerPart;
    private final AdmissionLane known;
    private final AdmissionLane newcomers;

    /** Times are counted from here, so that they can be compared. */
    private final long startNanos;

    private long requests;

    /**
     * Creates an admission.
     *
     * @param budget for all frames
     * @param rate limits how soon very large frames are requested
     */
    InboundAdmission(ByteBudget budget, Ticker ticker, LargeFrameRate rate) {
        this.budget = budget;
        this.ticker = ticker;
        this.rate = rate;
        this.startNanos = ticker.read();
        this.newcomerPart = budget.share(budget.maxBytes() / NEWCOMER_PART);
        this.known = new AdmissionLane(budget, budget);
        this.newcomers = new AdmissionLane(budget, newcomerPart);
    }

    /** As {@link LargeFrameRate#delayNanos}: after so many nanoseconds, the memory of a frame may be requested. */
    long delayNanos(int bytes, Object address) {
        return rate.delayNanos(address, bytes);
    }

    /**
     * Requests memory for a frame.
     *
     * @param bytes the frame's length
     * @param sender whose it is
     * @param onAdmitted runs, on any thread, if it is admitted later; not if it is at once
     */
    Ticket request(int bytes, Sender sender, Runnable onAdmitted) {
        List<Ticket> admitted;
        Ticket ticket;
        synchronized (this) {
            ticket = new Ticket(bytes, sender, onAdmitted, ticker.read() - startNanos, requests++);
            ticket.lane().add(ticket);
            admitted = admitAll();
            if (!admitted.remove(ticket)) {
                budget.refuse();
            }
        }
        admitted.forEach(next -> next.onAdmitted.run());
        return ticket;
    }

    /**
     * Whose frame it is.
     *
     * @param address shares memory with others; compared by {@link Object#equals}
     * @param isNewcomer whether its connection has done nothing useful yet
     */
    record Sender(Object address, boolean isNewcomer) {}

    private void close(Ticket ticket) {
        List<Ticket> admitted;
        synchronized (this) {
            if (ticket.closed) {
                return;
            }
            ticket.closed = true;
            if (ticket.admitted) {
                ticket.lane().release(ticket);
            } else {
                ticket.lane().remove(ticket);
            }
            admitted = admitAll();
        }
        admitted.forEach(next -> next.onAdmitted.run());
    }

    private List<Ticket> admitAll() {
        List<Ticket> admitted = new ArrayList<>();
        admitFrom(known, admitted);
        // A frame that waits with more right and needs their part too.
        if (known.blockedBytes() <= budget.maxBytes() - newcomerPart.maxBytes()) {
            admitFrom(newcomers, admitted);
        }
        return admitted;
    }

    private static void admitFrom(AdmissionLane lane, List<Ticket> admitted) {
        for (Ticket next = lane.next(); next != null; next = lane.next()) {
            lane.admit(next);
            next.admitted = true;
            admitted.add(next);
        }
    }

    /** How many addresses hold memory or wait for it. */
    synchronized int addresses() {
        return known.addresses() + newcomers.addresses();
    }

    /** The memory of one frame, or its place among those that wait. */
    final class Ticket implements AutoCloseable {
        private final int bytes;
        private final Sender sender;
        private final Runnable onAdmitted;
        private final long arrivalNanos;
        private final long number;
        private boolean admitted;
        private boolean closed;

        private Ticket(int bytes, Sender sender, Runnable onAdmitted, long arrivalNanos, long number) {
            this.bytes = bytes;
            this.sender = sender;
            this.onAdmitted = onAdmitted;
            this.arrivalNanos = arrivalNanos;
            this.number = number;
        }

        private AdmissionLane lane() {
            return sender.isNewcomer() ? newcomers : known;
        }

        /** The length of the frame. */
        int bytes() {
            return bytes;
        }

        Object address() {
            return sender.address();
        }

        /** When it was requested, in nanoseconds since the admission was created. */
        long arrivalNanos() {
            return arrivalNanos;
        }

        /** How many were requested before. */
        long number() {
            return number;
        }

        boolean isAdmitted() {
            synchronized (InboundAdmission.this) {
                return admitted;
            }
        }

        /** Gives the memory back, or ends the wait. May be called more than once. */
        @Override
        public void close() {
            InboundAdmission.this.close(this);
        }
    }
}
