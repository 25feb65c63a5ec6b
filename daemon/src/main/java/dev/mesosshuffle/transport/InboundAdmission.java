package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.memory.ByteBudget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Admits large frames as long as the memory for what has not been decoded lasts; the others wait in their order. A frame is
 * admitted with its whole length, so that frames that have arrived in part never wait for each other. Connections that have
 * done nothing useful yet share a quarter of the memory, and a queue of their own, in which short frames overtake long ones for
 * a second for each MiB: who announces long frames and does not send them holds up short ones little, and a long one is not
 * overtaken for ever. A frame longer than that quarter is admitted if it is the only one of theirs.
 *
 * <p><b>Concurrency:</b> for any thread; never blocks for long.
 */
final class InboundAdmission {
    /** The part of the budget that connections share that have done nothing useful yet. */
    private static final int NEWCOMER_PART = 4;

    /** For so long a frame lets shorter ones overtake it, for each byte that it is longer. */
    private static final long NANOS_PER_BYTE = TimeUnit.SECONDS.toNanos(1) / (1 << 20);

    private final ByteBudget budget;
    private final Ticker ticker;
    private final ByteBudget newcomers;
    private final Queue<Ticket> waitingKnown = new ArrayDeque<>();
    private final Queue<Ticket> waitingNewcomers = new PriorityQueue<>(
            Comparator.<Ticket>comparingLong(ticket -> ticket.orderNanos).thenComparingLong(ticket -> ticket.number));

    /** Times are counted from here, so that they can be compared. */
    private final long startNanos;

    private long requests;

    /**
     * Creates an admission.
     *
     * @param budget for all frames
     */
    InboundAdmission(ByteBudget budget, Ticker ticker) {
        this.budget = budget;
        this.ticker = ticker;
        this.startNanos = ticker.read();
        this.newcomers = budget.share(budget.maxBytes() / NEWCOMER_PART);
    }

    /**
     * Requests memory for a frame.
     *
     * @param bytes the frame's length
     * @param newcomer whether its connection has done nothing useful yet
     * @param onAdmitted runs, on any thread, if it is admitted later; not if it is at once
     */
    Ticket request(int bytes, boolean newcomer, Runnable onAdmitted) {
        Ticket ticket = new Ticket(bytes, newcomer, onAdmitted);
        synchronized (this) {
            ticket.number = requests++;
            ticket.orderNanos = ticker.read() - startNanos + bytes * NANOS_PER_BYTE;
            Queue<Ticket> queue = queue(ticket);
            queue.add(ticket);
            if (queue.peek() == ticket && fits(ticket) && reserve(ticket)) {
                queue.remove();
                ticket.admitted = true;
            }
        }
        return ticket;
    }

    private Queue<Ticket> queue(Ticket ticket) {
        return ticket.newcomer ? waitingNewcomers : waitingKnown;
    }

    /** Whether the frames that wait with more right leave room for it. */
    private boolean fits(Ticket ticket) {
        Ticket known = waitingKnown.peek();
        return !ticket.newcomer || known == null || known.bytes <= budget.maxBytes() - newcomers.maxBytes();
    }

    private boolean reserve(Ticket ticket) {
        ByteBudget part = part(ticket);
        if (part.tryReserve(ticket.bytes)) {
            return true;
        }
        // One that is longer than a limit is admitted alone.
        boolean fitsBudget = budget.usedBytes() == 0 || ticket.bytes <= budget.maxBytes() - budget.usedBytes();
        if (part.usedBytes() > 0 || !fitsBudget) {
            return false;
        }
        part.reserve(ticket.bytes);
        return true;
    }

    private ByteBudget part(Ticket ticket) {
        return ticket.newcomer ? newcomers : budget;
    }

    private void close(Ticket ticket) {
        List<Ticket> admitted = new ArrayList<>();
        synchronized (this) {
            if (ticket.closed) {
                return;
            }
            ticket.closed = true;
            if (ticket.admitted) {
                part(ticket).release(ticket.bytes);
            } else {
                queue(ticket).remove(ticket);
            }
            admitFrom(waitingKnown, admitted);
            admitFrom(waitingNewcomers, admitted);
        }
        admitted.forEach(next -> next.onAdmitted.run());
    }

    private void admitFrom(Queue<Ticket> queue, List<Ticket> admitted) {
        for (Ticket next = queue.peek(); next != null && fits(next) && reserve(next); next = queue.peek()) {
            queue.remove();
            next.admitted = true;
            admitted.add(next);
        }
    }

    /** The memory of one frame, or its place in the queue. */
    final class Ticket implements AutoCloseable {
        private final int bytes;
        private final boolean newcomer;
        private final Runnable onAdmitted;
        private long number;
        private long orderNanos;
        private boolean admitted;
        private boolean closed;

        private Ticket(int bytes, boolean newcomer, Runnable onAdmitted) {
            this.bytes = bytes;
            this.newcomer = newcomer;
            this.onAdmitted = onAdmitted;
        }

        /** The length of the frame. */
        int bytes() {
            return bytes;
        }

        boolean isAdmitted() {
            synchronized (InboundAdmission.this) {
                return admitted;
            }
        }

        /** Gives the memory back, or leaves the queue. May be called more than once. */
        @Override
        public void close() {
            InboundAdmission.this.close(this);
        }
    }
}
