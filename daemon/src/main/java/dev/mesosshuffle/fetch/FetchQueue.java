package dev.mesosshuffle.fetch;

import dev.mesosshuffle.concurrent.HeapShortage;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that one connection still waits for, in one lane for each disk. A lane hands its disk's pool one batch at a
 * time: everything that arrived in one read of the socket, as long as the connection is writable. So a client that does
 * not read, or a disk that hangs, blocks its own lane alone.
 *
 * <p>Chunks that were requested outside of frames pass one by one through a lane of their own, because their replies must
 * be sent in the order of the requests.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop; a {@link ChunkBatch} runs on a disk's thread.
 */
final class FetchQueue {
    /** The number of chunks that a disk's thread takes at a time, so that connections take turns. */
    static final int MAX_BATCH = 64;

    private final Connection connection;
    private final StreamRequestQueue streamRequests;
    private final FetchContext context;

    private final Map<Path, Lane> lanes = new HashMap<>();
    private final Lane orderedLane = new Lane(1, null);

    /** The lane that was made last; the others follow it. To iterate over the map would need memory, also to drop all. */
    private Lane lastLane = orderedLane;

    private boolean closed;

    /** When the requests that are being read from the socket arrived, in ns; the first of them reads the clock. */
    private long arrivedAt;

    private boolean arrivalKnown;

    FetchQueue(Connection connection, StreamRequestQueue streamRequests, FetchContext context) {
        this.connection = connection;
        this.streamRequests = streamRequests;
        this.context = context;
    }

    /** Adds a chunk whose reply may be sent in any order. */
    void add(ChunkRead task) {
        long arrival = arrivalTime();
        task.requested(arrival);
        enqueue(task, arrival);
    }

    private void enqueue(ChunkRead task, long at) {
        Lane lane = lane(task.disk());
        task.queued(lane.waited(at));
        lane.pending.add(task);
    }

    private Lane lane(Path disk) {
        Lane lane = lanes.get(disk);
        if (lane == null) {
            lane = new Lane(MAX_BATCH, lastLane);
            // Before the map, which may keep it although it cannot grow.
            lastLane = lane;
            lanes.put(disk, lane);
        }
        return lane;
    }

    private long arrivalTime() {
        if (!arrivalKnown) {
            arrivedAt = context.services().slowFetches().now();
            arrivalKnown = true;
        }
        return arrivedAt;
    }

    /** Starts a batch in each idle lane that has work, while the connection is writable. */
    void schedule() {
        if (orderedLane.isIdle() && !closed) {
            ChunkRead next = streamRequests.next();
            if (next != null) {
                addOrdered(next);
            }
        }
        for (Lane lane = lastLane; lane != null; lane = lane.before) {
            start(lane);
        }
        arrivalKnown = false;
    }

    private void addOrdered(ChunkRead task) {
        try {
            // Its time begins with its turn: before, only its name waits.
            task.requested(arrivalTime());
            task.queued(orderedLane.clientWaitNanos);
            orderedLane.pending.add(task);
        } catch (OutOfMemoryError e) {
            context.services().reads().chunksFinished(1);
            throw e;
        }
    }

    /** Drops everything that has not started, since the connection is closed. */
    void close() {
        closed = true;
        streamRequests.close();
        for (Lane lane = lastLane; lane != null; lane = lane.before) {
            drop(lane.pending);
        }
    }

    private void start(Lane lane) {
        if (closed || lane.current != null || lane.pending.isEmpty()) {
            return;
        }
        if (!connection.isWritable()) {
            lane.beginClientWait(context.services().slowFetches());
            return;
        }
        lane.endClientWait(context.services().slowFetches());
        Path disk = lane.pending.element().disk();
        int chunks = Math.min(lane.maxBatch, lane.pending.size());
        ChunkBatch batch = new ChunkBatch(context, disk, connection, chunks, its -> ended(lane, its));
        // From here on, no memory is needed until the batch is submitted.
        for (int taken = 0; taken < chunks; taken++) {
            ChunkRead next = lane.pending.remove();
            next.taken(lane.clientWaitNanos);
            batch.add(next);
        }
        lane.current = batch;
        try {
            context.services().diskExecutors().execute(disk, connection, batch);
        } catch (RejectedExecutionException e) {
            drop(batch);
            context.loadShedder()
                    .shed(
                            connection,
                            "disk queue",
                            "Disk " + disk + " cannot be read from: " + DiskRefusals.reason(e, "reads") + '.');
        } catch (OutOfMemoryError e) {
            // It may have been queued before memory ran out, and even run.
            if (batch.cancel()) {
                drop(batch);
                throw e;
            }
            HeapShortage.survived(e);
        }
    }

    private void ended(Lane lane, ChunkBatch batch) {
        if (lane.current != batch) {
            return;
        }
        lane.current = null;
        if (batch.hasFailed()) {
            connection.close();
        }
        connection.flush();
        if (closed) {
            drop(batch);
            return;
        }
        boolean complete = false;
        try {
            requeue(lane, batch);
            complete = true;
        } finally {
            if (!complete) {
                drop(batch);
            }
        }
        schedule();
    }

    /** Each one leaves its list when it is queued, so that the lists hold what memory ran out for. */
    private void requeue(Lane lane, ChunkBatch batch) {
        for (ChunkRead last = batch.lastUnprocessed(); last != null; last = batch.lastUnprocessed()) {
            last.queued(lane.clientWaitNanos);
            lane.pending.addFirst(last);
            batch.removeLast();
        }
        List<ChunkRead> retries = batch.retries();
        while (!retries.isEmpty()) {
            ChunkRead task = retries.get(0);
            if (lane == orderedLane) {
                task.queued(lane.clientWaitNanos);
                lane.pending.addFirst(task);
            } else {
                enqueue(task, context.services().slowFetches().now());
            }
            retries.remove(0);
        }
    }

    private void drop(ChunkBatch batch) {
        context.services().reads().chunksFinished(batch.drop());
    }

    private void drop(Collection<ChunkRead> tasks) {
        context.services().reads().chunksFinished(tasks.size());
        tasks.clear();
    }

    private static final class Lane {
        private final int maxBatch;
        /** Of nodes: an array that cannot grow would lose entries. */
        @SuppressWarnings("JdkObsolete")
        private final Deque<ChunkRead> pending = new LinkedList<>();

        /** What a disk's thread reads; null if it may get more. */
        private @Nullable ChunkBatch current;

        /** How long chunks have waited here because the client had not taken others, in ns, without a wait that goes on. */
        private long clientWaitNanos;

        private boolean waitsForClient;
        private long waitsSince;

        private final @Nullable Lane before;

        private Lane(int maxBatch, @Nullable Lane before) {
            this.maxBatch = maxBatch;
            this.before = before;
        }

        private void beginClientWait(SlowFetches clock) {
            if (!waitsForClient) {
                waitsForClient = true;
                waitsSince = clock.now();
            }
        }

        private void endClientWait(SlowFetches clock) {
            if (waitsForClient) {
                waitsForClient = false;
                clientWaitNanos += clock.now() - waitsSince;
            }
        }

        /** How long chunks have waited for the client until a time, in ns. */
        private long waited(long at) {
            return waitsForClient ? clientWaitNanos + at - waitsSince : clientWaitNanos;
        }

        private boolean isIdle() {
            return current == null && pending.isEmpty();
        }
    }
}
