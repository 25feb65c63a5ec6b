package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.memory.ByteBudget;
import org.jspecify.annotations.Nullable;

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

    /** Both ends of a chain of those that the current step admits. */
    private @Nullable Ticket firstAdmitted;

    private @Nullable Ticket lastAdmitted;

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
     * @param onAdmitted runs, on any thread, if it is admitted later; not if it is at once. Throws nothing, whatever memory
     *     runs out for: it is called for others
     */
    Ticket request(int bytes, Sender sender, Runnable onAdmitted) {
        Ticket admitted;
        Ticket ticket;
        synchronized (this) {
            ticket = new Ticket(bytes, sender, onAdmitted, ticker.read() - startNanos, requests++);
            ticket.lane().add(ticket);
            admitted = admitAll();
            if (!ticket.admitted) {
                budget.refuse();
            }
        }
        tell(admitted, ticket);
        return ticket;
    }

    /** Tells those of a chain whose turn has come, but for one that knows. */
    private static void tell(@Nullable Ticket admitted, @Nullable Ticket knowing) {
        for (Ticket next = admitted; next != null; next = next.admittedNext) {
            if (next != knowing) {
                next.onAdmitted.run();
            }
        }
    }

    /**
     * Whose frame it is.
     *
     * @param address shares memory with others; compared by {@link Object#equals}
     * @param isNewcomer whether its connection has done nothing useful yet
     */
    record Sender(Object address, boolean isNewcomer) {}

    private void close(Ticket ticket) {
        Ticket admitted;
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
        tell(admitted, null);
    }

    /** Admits what need not wait any more; returns a chain of it, which takes no memory. */
    private @Nullable Ticket admitAll() {
        try {
            admitFrom(known);
            // A frame that waits with more right and needs their part too.
            if (known.blockedBytes() <= budget.maxBytes() - newcomerPart.maxBytes()) {
                admitFrom(newcomers);
            }
        } catch (OutOfMemoryError e) {
            // Those that are admitted must learn of it. The others are looked at again with the next change.
            HeapShortage.survived(e);
        }
        Ticket first = firstAdmitted;
        firstAdmitted = null;
        lastAdmitted = null;
        return first;
    }

    private void admitFrom(AdmissionLane lane) {
        for (Ticket next = lane.next(); next != null; next = lane.next()) {
            lane.admit(next);
            next.admitted = true;
            if (lastAdmitted == null) {
                firstAdmitted = next;
            } else {
                lastAdmitted.admittedNext = next;
            }
            lastAdmitted = next;
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

        /** One that was admitted in the same step. */
        private @Nullable Ticket admittedNext;

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
