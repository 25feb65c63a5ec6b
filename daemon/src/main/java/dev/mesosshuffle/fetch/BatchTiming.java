package dev.mesosshuffle.fetch;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.jfr.FetchEvent;
import dev.mesosshuffle.jfr.FlightRecording;
import dev.mesosshuffle.model.AppExecId;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the time of one batch of chunks goes, from the request for its first chunk until the last of its replies has left. The
 * replies of a batch leave together, so its stages are those of each of its chunks, and the clock is read for each stage of a
 * batch, never for a chunk whose files are known.
 *
 * <p><b>Concurrency:</b> the disk's thread has it until {@link #readEnded}; replies may finish on the event loop meanwhile.
 */
final class BatchTiming implements SendProgress {
    private final SlowFetches slowFetches;
    private final ReadTracker reads;
    private final FetchMetrics metrics;
    private final Path disk;
    private final Connection connection;

    /** Of the first chunk, as they are when the batch begins: a chunk changes later, and keeps files' indexes in memory. */
    private final AppExecId executor;

    private final long requestedAt;
    private final long earlierClientNanos;
    private final StageTimes earlierSteps;
    private final long startedAt;

    /** Replies that have not left. Below zero while the batch is read, as the number of its replies is not known yet. */
    private final AtomicInteger unsent = new AtomicInteger();

    private long indexNanos;
    private long openNanos;
    private long readEndedAt;
    private int blocks;
    private long bytes;

    /** While large blocks were sent; of the event loop. */
    private long diskWaitNanos;

    /** Starts the time of a batch, which is not empty; on the disk's thread. */
    BatchTiming(FetchContext context, Path disk, Connection connection, ChunkRead first) {
        this.slowFetches = context.services().slowFetches();
        this.reads = context.services().reads();
        this.metrics = context.metrics();
        this.disk = disk;
        this.connection = connection;
        this.executor = first.executor();
        this.requestedAt = first.requestedAt();
        this.earlierClientNanos = first.clientWaitNanos();
        this.earlierSteps = first.earlierSteps();
        this.startedAt = slowFetches.now();
    }

    /** The time before a stage that is measured by itself, in ns. */
    long now() {
        return slowFetches.now();
    }

    /** An index was read since a time. */
    void indexRead(long since) {
        indexNanos += slowFetches.now() - since;
    }

    /** A data file was opened since a time. */
    void opened(long since) {
        openNanos += slowFetches.now() - since;
    }

    /**
     * The disk's thread has done with the batch.
     *
     * @param replies how many were queued
     * @param queuedBlocks how many blocks they have
     * @param queuedBytes the length of their blocks
     * @return where the time of the batch went until now
     */
    StageTimes readEnded(int replies, int queuedBlocks, long queuedBytes) {
        readEndedAt = slowFetches.now();
        blocks = queuedBlocks;
        bytes = queuedBytes;
        StageTimes steps = steps();
        if (replies > 0 && unsent.addAndGet(replies) == 0) {
            sent();
        }
        return steps;
    }

    private StageTimes steps() {
        return new StageTimes(indexNanos, openNanos, readEndedAt - startedAt - indexNanos - openNanos);
    }

    @Override
    public void onFinished(int count) {
        reads.chunksFinished(count);
        if (unsent.addAndGet(-count) == 0) {
            sent();
        }
    }

    @Override
    public void onDiskWait(long nanos) {
        diskWaitNanos += nanos;
    }

    /** All has left. Throws nothing: whether there is memory to tell of it or not. */
    private void sent() {
        long sentAt = slowFetches.now();
        long nanos = sentAt - requestedAt;
        FetchEvent event = FlightRecording.fetch();
        boolean isSlow = slowFetches.isSlow(nanos);
        try {
            metrics.fetched(nanos);
            if (event == null && !isSlow) {
                return;
            }
            SlowFetches.Fetched fetched = describe(sentAt);
            if (event != null) {
                slowFetches.record(fetched, event);
            }
            if (isSlow) {
                slowFetches.log(fetched);
            }
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
        }
    }

    private SlowFetches.Fetched describe(long sentAt) {
        long inQueue = startedAt - requestedAt - earlierClientNanos - earlierSteps.total();
        StageTimes steps = earlierSteps.plus(steps());
        return new SlowFetches.Fetched(
                executor.toString(),
                connection.remoteAddress(),
                disk,
                blocks,
                bytes,
                new SlowFetches.Times(
                        Math.max(0, inQueue),
                        steps.index(),
                        steps.open(),
                        steps.read() + diskWaitNanos,
                        earlierClientNanos + sentAt - readEndedAt - diskWaitNanos));
    }
}
