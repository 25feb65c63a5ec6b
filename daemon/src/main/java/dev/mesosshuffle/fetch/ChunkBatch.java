package dev.mesosshuffle.fetch;

import dev.mesosshuffle.concurrent.HeapShortage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One batch of a lane of {@link FetchQueue}, on its way through its disk's pool and back to the event loop. It comes back in any
 * case: what that takes is made before the batch begins, so that memory may run out at any point of its reads.
 *
 * <p><b>Concurrency:</b> belongs to the disk's thread from its submission until it comes back, else to the event loop.
 */
final class ChunkBatch implements Runnable {
    private static final Logger logger = LoggerFactory.getLogger(ChunkBatch.class);

    private final FetchContext context;
    private final Path disk;
    private final Connection connection;
    private final List<ChunkRead> chunks;
    private final List<ChunkRead> retries = new ArrayList<>(0);
    private final Runnable end;

    /** Whether the batch has begun, or never will. */
    private final AtomicBoolean decided = new AtomicBoolean();

    private @Nullable BlockReader reader;
    private boolean failed;

    /** Receives the end of a batch. */
    interface Listener {
        /** All of it was read, or it has failed. On the event loop. */
        void onEnd(ChunkBatch batch);
    }

    /**
     * Creates an empty batch.
     *
     * @param disk the root of the disk that its chunks are on
     * @param maxChunks how many it has at most
     */
    ChunkBatch(FetchContext context, Path disk, Connection connection, int maxChunks, Listener listener) {
        this.context = context;
        this.disk = disk;
        this.connection = connection;
        this.chunks = new ArrayList<>(maxChunks);
        this.end = connection.prepare(() -> listener.onEnd(this));
    }

    /** Adds a chunk, for which there is room. */
    void add(ChunkRead chunk) {
        chunks.add(chunk);
    }

    Path disk() {
        return disk;
    }

    /** Prevents the reads; returns false if they have begun. */
    boolean cancel() {
        return decided.compareAndSet(false, true);
    }

    /** Reads, on the disk's thread. */
    @Override
    public void run() {
        if (!decided.compareAndSet(false, true)) {
            return;
        }
        try {
            BatchTiming timing = new BatchTiming(context, disk, connection, chunks.get(0));
            BlockReader its = new BlockReader(context, disk, connection, timing);
            reader = its;
            its.read(chunks, retries);
        } catch (RuntimeException | Error e) {
            failed = true;
            report(e);
        } finally {
            end.run();
        }
    }

    private void report(Throwable failure) {
        try {
            if (failure instanceof OutOfMemoryError shortage) {
                HeapShortage.survived(shortage);
            }
            context.rateLimitedLogger()
                    .error(
                            logger,
                            "block failure",
                            "Closed the connection from " + connection.remoteAddress() + ": a block could not be read",
                            failure);
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
        }
    }

    /** Whether its connection is to be closed, because some of it has neither a reply nor another attempt. */
    boolean hasFailed() {
        return failed;
    }

    /** Takes out the last chunk that was not processed; null if there is none. */
    @Nullable
    ChunkRead lastUnprocessed() {
        return chunks.size() > processed() ? chunks.get(chunks.size() - 1) : null;
    }

    /** Removes the last chunk. */
    void removeLast() {
        chunks.remove(chunks.size() - 1);
    }

    /** The chunks whose next step belongs on another disk, and those that deserve another attempt. */
    List<ChunkRead> retries() {
        return retries;
    }

    /** Forgets all chunks without a reply; returns how many they are. */
    int drop() {
        int dropped = chunks.size() - processed() + retries.size();
        while (chunks.size() > processed()) {
            removeLast();
        }
        retries.clear();
        return dropped;
    }

    private int processed() {
        return reader == null ? 0 : reader.processed();
    }
}
