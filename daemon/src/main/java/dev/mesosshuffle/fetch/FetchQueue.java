package dev.mesosshuffle.fetch;

import dev.mesosshuffle.concurrent.HeapShortage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chunks that one connection still waits for, in one lane for each disk. A lane hands its disk's pool one batch at a
 * time: everything that arrived in one read of the socket, as long as the connection is writable. So a client that does
 * not read, or a disk that hangs, blocks its own lane alone.
 *
 * <p>Chunks that were requested outside of frames pass one by one through a lane of their own, because their replies must
 * be sent in the order of the requests.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop; only {@link #readBatch} runs on a disk's thread, which
 * owns the batch meanwhile.
 */
final class FetchQueue {
    private static final Logger logger = LoggerFactory.getLogger(FetchQueue.class);

    /** The number of chunks that a disk's thread takes at a time, so that connections take turns. */
    static final int MAX_BATCH = 64;

    private final Connection connection;
    private final StreamRequestQueue streamRequests;
    private final FetchContext context;

    private final Map<Path, Lane> lanes = new HashMap<>();
    private final Lane orderedLane = new Lane(1);
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
        Lane lane = lanes.computeIfAbsent(task.disk(), disk -> new Lane(MAX_BATCH));
        task.queued(lane.waited(at));
        lane.pending.add(task);
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
        start(orderedLane);
        lanes.values().forEach(this::start);
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
        drop(orderedLane.pending);
        lanes.values().forEach(lane -> drop(lane.pending));
    }

    private void start(Lane lane) {
        if (closed || lane.busy || lane.pending.isEmpty()) {
            return;
        }
        if (!connection.isWritable()) {
            lane.beginClientWait(context.services().slowFetches());
            return;
        }
        lane.endClientWait(context.services().slowFetches());
        List<ChunkRead> batch = new ArrayList<>(Math.min(lane.maxBatch, lane.pending.size()));
        Path disk = lane.pending.element().disk();
        while (batch.size() < lane.maxBatch && !lane.pending.isEmpty()) {
            ChunkRead next = lane.pending.remove();
            next.taken(lane.clientWaitNanos);
            batch.add(next);
        }
        lane.busy = true;
        try {
            context.services().diskExecutors().execute(disk, connection, () -> readBatch(lane, disk, batch));
        } catch (RejectedExecutionException e) {
            drop(batch);
            context.loadShedder()
                    .shed(
                            connection,
                            "disk queue",
                            "Disk " + disk + " cannot be read from: " + DiskRefusals.reason(e, "reads") + '.');
        } catch (OutOfMemoryError e) {
            drop(batch);
            throw e;
        }
    }

    /** Reads a batch, on the disk's thread. */
    private void readBatch(Lane lane, Path disk, List<ChunkRead> batch) {
        List<ChunkRead> retries = new ArrayList<>(0);
        BatchTiming timing = new BatchTiming(context, disk, connection, batch.get(0));
        BlockReader reader = new BlockReader(context, disk, connection, timing);
        try {
            reader.read(batch, retries);
        } catch (RuntimeException | Error e) {
            if (e instanceof OutOfMemoryError shortage) {
                HeapShortage.survived(shortage);
            }
            context.rateLimitedLogger()
                    .error(
                            logger,
                            "block failure",
                            "Closed the connection from " + connection.remoteAddress() + ": a block could not be read",
                            e);
            connection.close();
        }
        List<ChunkRead> remaining = batch.subList(reader.processed(), batch.size());
        // One task for both, because each may have to wake the event loop.
        connection.execute(() -> {
            connection.flush();
            finish(lane, remaining, retries);
        });
    }

    private void finish(Lane lane, List<ChunkRead> remaining, List<ChunkRead> retries) {
        lane.busy = false;
        if (closed) {
            drop(remaining);
            drop(retries);
            return;
        }
        boolean complete = false;
        try {
            requeue(lane, remaining, retries);
            complete = true;
        } finally {
            if (!complete) {
                drop(remaining);
                drop(retries);
            }
        }
        schedule();
    }

    /** Each one leaves its list when it is queued, so that the lists hold what memory ran out for. */
    private void requeue(Lane lane, List<ChunkRead> remaining, List<ChunkRead> retries) {
        for (int last = remaining.size() - 1; last >= 0; last--) {
            remaining.get(last).queued(lane.clientWaitNanos);
            lane.pending.addFirst(remaining.get(last));
            remaining.remove(last);
        }
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

    private void drop(Collection<ChunkRead> tasks) {
        context.services().reads().chunksFinished(tasks.size());
        tasks.clear();
    }

    private static final class Lane {
        private final int maxBatch;
        /** Of nodes: an array that cannot grow would lose entries. */
        @SuppressWarnings("JdkObsolete")
        private final Deque<ChunkRead> pending = new LinkedList<>();

        private boolean busy;

        /** How long chunks have waited here because the client had not taken others, in ns, without a wait that goes on. */
        private long clientWaitNanos;

        private boolean waitsForClient;
        private long waitsSince;

        private Lane(int maxBatch) {
            this.maxBatch = maxBatch;
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
            return !busy && pending.isEmpty();
        }
    }
}
