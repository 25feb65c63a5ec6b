package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.concurrent.HeapShortage;
import java.util.LinkedList;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that work outside its event loop. Some of them are in progress at a time; the others wait
 * here, in order, so that what all connections share never holds more than those of one. A bounded number waits.
 *
 * <p><b>Concurrency:</b> {@link #submit} and {@link #close} on the connection's event loop, where work starts; its end may be
 * reported on any thread.
 */
final class RequestTurns {
    private final int maxInProgress;
    private final int maxWaiting;
    private final Executor eventLoop;
    /** Of nodes: an array that cannot grow would lose entries. */
    @SuppressWarnings("JdkObsolete")
    private final Queue<Turn> waiting = new LinkedList<>();

    private int inProgress;
    private boolean closed;

    /** Work on one request. One of its methods is called, once. */
    interface Work {
        /**
         * Starts the work, on the event loop; never blocks.
         *
         * @param done to be run, on any thread, when the work has ended
         */
        void start(Runnable done);

        /** The connection is closed, or it could not be started: nothing more happens. For any thread. */
        void drop();

        /** It can never start, so the connection must be closed. For any thread. */
        void fail(Throwable cause);
    }

    /**
     * Creates turns without any work.
     *
     * @param maxInProgress how many requests may be in progress
     * @param maxWaiting how many more may wait
     * @param eventLoop runs tasks on the connection's event loop, after what its other connections have ready
     */
    RequestTurns(int maxInProgress, int maxWaiting, Executor eventLoop) {
        this.maxInProgress = maxInProgress;
        this.maxWaiting = maxWaiting;
        this.eventLoop = eventLoop;
    }

    /**
     * Starts work, now or when earlier work has ended.
     *
     * @return false if too much work waits already, so that this never starts
     */
    boolean submit(Work work) {
        // Before it is counted: from then on, only its own end gives its place to the next.
        Turn turn = new Turn(work);
        synchronized (this) {
            if (!closed && inProgress == maxInProgress) {
                return waiting.size() < maxWaiting && waiting.add(turn);
            }
            inProgress++;
        }
        turn.run();
        return true;
    }

    private void finished() {
        for (Turn next = next(); next != null; next = next()) {
            try {
                eventLoop.execute(next);
                return;
            } catch (OutOfMemoryError e) {
                // Its client would wait for ever, and so would those after it.
                HeapShortage.survived(e);
                next.work.fail(e);
            }
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized @Nullable Turn next() {
        Turn next = waiting.poll();
        if (next == null) {
            inProgress--;
        }
        return next;
    }

    /** Drops the work that waits, since the connection is closed. Work in progress ends by itself. */
    void close() {
        for (Turn dropped = pollClosed(); dropped != null; dropped = pollClosed()) {
            dropped.work.drop();
        }
    }

    private synchronized @Nullable Turn pollClosed() {
        closed = true;
        return waiting.poll();
    }

    /** One request's turn, whose end counts once, even if the work fails after it reported it. */
    private final class Turn implements Runnable {
        private final Work work;
        private final AtomicBoolean reported = new AtomicBoolean();
        private final Runnable end = this::end;

        private Turn(Work work) {
            this.work = work;
        }

        /** Starts the work, on the event loop. */
        @Override
        public void run() {
            if (isClosed()) {
                finished();
                work.drop();
                return;
            }
            boolean started = false;
            try {
                work.start(end);
                started = true;
            } finally {
                if (!started) {
                    end();
                    work.drop();
                }
            }
        }

        private void end() {
            if (reported.compareAndSet(false, true)) {
                finished();
            }
        }
    }

    /** How many requests are in progress. */
    synchronized int inProgress() {
        return inProgress;
    }

    /** How many requests wait. */
    synchronized int waiting() {
        return waiting.size();
    }
}
