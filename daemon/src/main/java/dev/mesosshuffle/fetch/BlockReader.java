package dev.mesosshuffle.fetch;

import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.blocks.LocatedBlock;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Processes one batch of {@link ChunkRead}s on the thread of a disk: reads missing indexes, opens the blocks, and queues
 * them to be sent. Confined to that thread.
 *
 * <p>Pins the application whose blocks it reads. It pins first and checks the registration second: whoever removes an
 * application checks for pins after removing it from the registry.
 */
final class BlockReader {
    private final FetchContext context;
    private final BlockResolver blockResolver;
    private final ReadTracker reads;
    private final Path disk;
    private final Connection connection;
    private final ReplyBatch replies;

    private @Nullable String pinnedApp;
    private @Nullable AppExecId executorId;
    private @Nullable RegisteredExecutor executor;
    private final BatchTiming timing;
    private int processed;
    private int queuedReplies;
    private int sentChunks;
    private int sentBlocks;
    private long sentBytes;

    /**
     * Creates a reader of one batch.
     *
     * @param disk the root of the disk whose thread this is
     * @param timing the time of the batch, which has begun
     */
    BlockReader(FetchContext context, Path disk, Connection connection, BatchTiming timing) {
        this.context = context;
        this.blockResolver = context.services().blockResolver();
        this.reads = context.services().reads();
        this.disk = disk;
        this.connection = connection;
        this.timing = timing;
        this.replies = connection.newBatch(timing);
    }

    /**
     * Reads and queues blocks while the connection is writable; at least one, so that the queue of a disk always makes
     * progress (see {@link FetchQueue}).
     *
     * @param batch the tasks
     * @param retries gets the tasks whose next step belongs on another disk, and those that deserve another attempt
     */
    void read(List<ChunkRead> batch, List<ChunkRead> retries) {
        try {
            do {
                readNext(batch.get(processed++), retries);
            } while (processed < batch.size() && connection.isWritable());
        } finally {
            try {
                unpin();
                context.metrics().transferred(sentBlocks, sentChunks, sentBytes);
            } finally {
                replies.finish();
            }
        }
        StageTimes times = timing.readEnded(queuedReplies, sentBlocks, sentBytes);
        for (ChunkRead retry : retries) {
            retry.countEarlierStep(times);
        }
    }

    private void readNext(ChunkRead task, List<ChunkRead> retries) {
        try {
            if (!process(task)) {
                retries.add(task);
            }
        } catch (RuntimeException | Error e) {
            // It has no reply, and will not get one.
            reads.chunksFinished(1);
            throw e;
        }
    }

    /** The number of tasks processed, from the first on; if {@link #read} threw, the last of them may have failed. */
    int processed() {
        return processed;
    }

    /** Takes the steps of a task that belong on this disk, and returns whether it has its reply. */
    private boolean process(ChunkRead task) {
        pin(task.executor());
        RegisteredExecutor registered = executor;
        if (registered == null) {
            return fail(task, ProtocolErrors.notRegistered(task.executor()));
        }
        try {
            if (!task.block().isOf(registered)) {
                // Registered again since the stream was opened, perhaps with other local dirs.
                task.setBlock(blockResolver.locate(registered, task.block().id()));
            }
            while (task.disk().equals(disk) && !blockResolver.isFound(task.block())) {
                long begin = timing.now();
                try {
                    task.setBlock(blockResolver.next(task.block()));
                } finally {
                    timing.indexRead(begin);
                }
            }
            return task.disk().equals(disk) && send(task, open(task.block()));
        } catch (IOException e) {
            return handleReadError(task, e);
        }
    }

    private OpenSegment open(LocatedBlock block) throws IOException {
        if (blockResolver.isOpen(block)) {
            return blockResolver.open(block);
        }
        long begin = timing.now();
        try {
            return blockResolver.open(block);
        } finally {
            timing.opened(begin);
        }
    }

    private boolean send(ChunkRead task, OpenSegment segment) throws IOException {
        long length = segment.length();
        if (!task.fits(length)) {
            segment.close();
            return fail(task, tooLong(length));
        }
        Reply reply;
        OpenSegment owned;
        try {
            reply = task.success(length);
            owned = replies.isBuffered(length)
                    ? segment
                    : pinned(task.executor().appId(), segment);
        } catch (RuntimeException | Error e) {
            segment.close();
            throw e;
        }
        replies.add(reply, owned);
        queuedReplies++;
        sentChunks++;
        sentBlocks += task.block().id().count();
        sentBytes += length;
        return true;
    }

    /** Keeps the application pinned until the block is closed. */
    private OpenSegment pinned(String appId, OpenSegment segment) {
        ReadTracker.BlockSend started = reads.sendStarted(appId, connection);
        try {
            return segment.andThen(() -> reads.sendFinished(started));
        } catch (RuntimeException | Error e) {
            reads.sendFinished(started);
            throw e;
        }
    }

    private void pin(AppExecId id) {
        if (id.equals(executorId)) {
            return;
        }
        if (!id.appId().equals(pinnedApp)) {
            unpin();
            reads.readStarted(id.appId());
            pinnedApp = id.appId();
        }
        executorId = id;
        executor = context.registry().executor(id);
    }

    private void unpin() {
        if (pinnedApp != null) {
            reads.readFinished(pinnedApp);
            pinnedApp = null;
        }
        executorId = null;
        executor = null;
    }

    private boolean handleReadError(ChunkRead task, IOException error) {
        LocatedBlock failed = task.block();
        task.setBlock(blockResolver.invalidate(failed));
        if (ErrorMessages.isTooManyOpenFiles(error)) {
            reads.chunksFinished(1);
            context.loadShedder()
                    .shed(
                            connection,
                            "open files",
                            "Too many open files; raise the limit (ulimit -n, or LimitNOFILE).");
            return true;
        }
        if (!(error instanceof NoSuchFileException)) {
            context.services().diskExecutors().countReadError(disk);
        }
        task.countFailedAttempt();
        if (task.canRetry()) {
            return false;
        }
        context.metrics().failedBlocks.inc();
        Path root = failed.file().root();
        String unavailable = context.rootMonitor().unavailabilityReason(root);
        if (unavailable != null) {
            // The root was logged; a line for each of its blocks adds nothing.
            return fail(
                    task,
                    ProtocolErrors.cannotRead(
                            failed.file().path().toString(),
                            describe(error) + "; its root " + root + " is unavailable: " + unavailable));
        }
        context.blockFailures()
                .warn(
                        failed.id().toString(),
                        task.executor(),
                        connection.remoteAddress(),
                        failed.file().path(),
                        error);
        return fail(task, ProtocolErrors.cannotRead(failed.file().path().toString(), describe(error)));
    }

    private boolean fail(ChunkRead task, String error) {
        replies.add(task.failure(error));
        queuedReplies++;
        return true;
    }

    private static String tooLong(long length) {
        return ProtocolErrors.badRequest("block of " + length + " bytes in one chunk (expected: at most "
                + Reply.MAX_CHUNK_BYTES + "; set spark.network.maxRemoteBlockSizeFetchToMem below that)");
    }

    private static String describe(IOException error) {
        return error.getClass().getSimpleName() + ": " + error.getMessage();
    }
}
