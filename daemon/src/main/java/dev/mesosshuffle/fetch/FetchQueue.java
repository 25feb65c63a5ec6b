package dev.mesosshuffle.fetch;

import dev.mesosshuffle.logging.RateLimitedLogger;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chunks that one connection still waits for, in one lane for each disk. A lane hands its disk's pool a batch at a
 * time: all that came in one burst, as far as there is room for on the connection. So a client that does not read, or
 * a disk that does not answer, holds up its own lane alone.
 *
 * <p>Chunks that were asked for outside of frames go one after the other through a lane of their own, because their
 * answers must leave in the order of the requests.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop; only {@link #work} runs on a disk's thread, with the
 * batch as its own.
 */
public final class FetchQueue {
    private static final Logger logger = LoggerFactory.getLogger(FetchQueue.class);

    /** How many chunks a disk's thread takes at a time, so that other connections get their turn. */
    private static final int MAX_BATCH = 64;

    private final Connection connection;
    private final StreamRequestQueue ordered;
    private final BlockReader.Surroundings surroundings;
    private final RateLimitedLogger quietLog;

    private final Map<Path, Lane> lanes = new HashMap<>();
    private final Lane orderedLane = new Lane(1);
    private boolean closed;

    public FetchQueue(
            Connection connection,
            StreamRequestQueue ordered,
            BlockReader.Surroundings surroundings,
            RateLimitedLogger quietLog) {
        this.connection = connection;
        this.ordered = ordered;
        this.surroundings = surroundings;
        this.quietLog = quietLog;
    }

    /** Adds a chunk whose answer may leave at any time. */
    public void add(ChunkRead task) {
        lanes.computeIfAbsent(task.disk(), disk -> new Lane(MAX_BATCH)).waiting.add(task);
    }

    /** Starts as much as there is room for. */
    public void pump() {
        if (orderedLane.isIdle() && !closed) {
            ChunkRead next = ordered.next();
            if (next != null) {
                orderedLane.waiting.add(next);
            }
        }
        start(orderedLane);
        lanes.values().forEach(this::start);
    }

    /** Drops all that has not been started; the connection is gone. */
    public void close() {
        closed = true;
        ordered.close();
        drop(orderedLane.waiting);
        lanes.values().forEach(lane -> drop(lane.waiting));
    }

    private void start(Lane lane) {
        if (closed || lane.busy || lane.waiting.isEmpty() || !connection.hasRoomForBlocks()) {
            return;
        }
        List<ChunkRead> batch = new ArrayList<>(Math.min(lane.maxBatch, lane.waiting.size()));
        Path disk = lane.waiting.element().disk();
        while (batch.size() < lane.maxBatch && !lane.waiting.isEmpty()) {
            batch.add(lane.waiting.remove());
        }
        lane.busy = true;
        try {
            surroundings.pools().execute(disk, () -> work(lane, disk, batch));
        } catch (RejectedExecutionException e) {
            drop(batch);
            surroundings
                    .overload()
                    .close(
                            connection,
                            "disk queue",
                            "Disk " + disk + " cannot be read from: " + DiskRefusals.reason(e, "reads") + '.');
        }
    }

    /** Reads a batch, on the disk's thread. */
    private void work(Lane lane, Path disk, List<ChunkRead> batch) {
        List<ChunkRead> again = new ArrayList<>(0);
        BlockReader reader = new BlockReader(surroundings, disk, connection);
        try {
            reader.read(batch, again);
        } catch (RuntimeException | OutOfMemoryError e) {
            surroundings.reads().chunksFinished(1);
            quietLog.error(
                    logger,
                    "block failure",
                    "Closed the connection from " + connection.remoteAddress() + ": a block could not be read",
                    e);
            connection.close();
        }
        List<ChunkRead> rest = batch.subList(reader.done(), batch.size());
        // One task for both, for each may have to wake the event loop.
        connection.execute(() -> {
            connection.flush();
            finish(lane, rest, again);
        });
    }

    private void finish(Lane lane, List<ChunkRead> rest, List<ChunkRead> again) {
        lane.busy = false;
        if (closed) {
            drop(rest);
            drop(again);
            return;
        }
        for (int i = rest.size() - 1; i >= 0; i--) {
            lane.waiting.addFirst(rest.get(i));
        }
        for (ChunkRead task : again) {
            if (lane == orderedLane) {
                lane.waiting.addFirst(task);
            } else {
                add(task);
            }
        }
        pump();
    }

    private void drop(Collection<ChunkRead> tasks) {
        surroundings.reads().chunksFinished(tasks.size());
        tasks.clear();
    }

    private static final class Lane {
        private final int maxBatch;
        private final Deque<ChunkRead> waiting = new ArrayDeque<>();
        private boolean busy;

        private Lane(int maxBatch) {
            this.maxBatch = maxBatch;
        }

        private boolean isIdle() {
            return !busy && waiting.isEmpty();
        }
    }
}
