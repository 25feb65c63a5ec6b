package dev.mesosshuffle.fetch;

import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.blocks.LocatedBlock;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.registry.RegisteredExecutor;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.roots.RootMonitor;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Does one batch of {@link ChunkRead}s on the thread of a disk: reads what index is missing, opens the blocks, and
 * queues them to be sent. Confined to that thread.
 *
 * <p>The application whose blocks are read is marked as being read all the while. First the mark, then the look
 * whether it exists: whoever removes it looks for marks after removing it.
 */
public final class BlockReader {
    private final Surroundings surroundings;
    private final Path disk;
    private final Connection connection;
    private final ReplyBatch replies;

    private @Nullable String markedApp;
    private @Nullable AppExecId currentId;
    private @Nullable RegisteredExecutor current;
    private int done;
    private int sentChunks;
    private int sentBlocks;
    private long sentBytes;

    /**
     * What all readers share; for any thread.
     *
     * @param registry which executors exist
     * @param resolver finds and opens blocks
     * @param pools the threads of each disk
     * @param reads counts what is in flight
     * @param metrics counts what is sent
     * @param overload closes a connection when there are too many open files
     * @param roots knows which root is not what it was
     * @param failures warns of blocks that cannot be read
     */
    public record Surroundings(
            Registry registry,
            BlockResolver resolver,
            DiskExecutors pools,
            ReadTracker reads,
            FetchMetrics metrics,
            LoadShedder overload,
            RootMonitor roots,
            BlockFailures failures) {}

    /**
     * Creates a reader.
     *
     * @param disk the disk whose thread this is
     */
    BlockReader(Surroundings surroundings, Path disk, Connection connection) {
        this.surroundings = surroundings;
        this.disk = disk;
        this.connection = connection;
        this.replies = connection.newBatch(surroundings.reads()::chunksFinished);
    }

    /**
     * Reads and queues blocks as long as there is room for them; at least one, so that a lane always moves on.
     *
     * @param batch the tasks
     * @param again gets those whose next step belongs on another disk, and those that are worth another attempt
     */
    void read(List<ChunkRead> batch, List<ChunkRead> again) {
        try {
            do {
                ChunkRead task = batch.get(done++);
                if (!step(task)) {
                    again.add(task);
                }
            } while (done < batch.size() && connection.hasRoomForBlocks());
        } finally {
            unmark();
            surroundings.metrics().transferred(sentBlocks, sentChunks, sentBytes);
            replies.finish();
        }
    }

    /** How many tasks were dealt with, from the first on; the last of them badly, if {@link #read} threw. */
    int done() {
        return done;
    }

    /** Does a task's next steps, as far as they are about this disk, and returns whether it is answered. */
    private boolean step(ChunkRead task) {
        mark(task.executor());
        RegisteredExecutor executor = current;
        if (executor == null) {
            return fail(task, ProtocolErrors.notRegistered(task.executor()));
        }
        BlockResolver resolver = surroundings.resolver();
        try {
            if (!task.block().isOf(executor)) {
                // Registered anew since the stream was opened, perhaps with other dirs.
                task.locatedAt(resolver.locate(executor, task.block().id()));
            }
            while (task.disk().equals(disk) && !resolver.isFound(task.block())) {
                task.locatedAt(resolver.next(task.block()));
            }
            return task.disk().equals(disk) && send(task, resolver.open(task.block()));
        } catch (IOException e) {
            return afterError(task, e);
        }
    }

    private boolean send(ChunkRead task, OpenSegment segment) throws IOException {
        long length = segment.length();
        if (!task.fits(length)) {
            segment.close();
            return fail(task, tooLong(length));
        }
        OpenSegment owned = segment;
        if (!replies.isReadAtOnce(length)) {
            String appId = task.executor().appId();
            surroundings.reads().readStarted(appId);
            owned = segment.andThen(() -> surroundings.reads().readFinished(appId));
        }
        replies.add(task.success(length), owned);
        sentChunks++;
        sentBlocks += task.block().id().count();
        sentBytes += length;
        return true;
    }

    private void mark(AppExecId id) {
        if (id.equals(currentId)) {
            return;
        }
        if (!id.appId().equals(markedApp)) {
            unmark();
            surroundings.reads().readStarted(id.appId());
            markedApp = id.appId();
        }
        currentId = id;
        current = surroundings.registry().executor(id);
    }

    private void unmark() {
        if (markedApp != null) {
            surroundings.reads().readFinished(markedApp);
            markedApp = null;
        }
        currentId = null;
        current = null;
    }

    private boolean afterError(ChunkRead task, IOException error) {
        LocatedBlock failed = task.block();
        task.locatedAt(surroundings.resolver().forget(failed));
        if (ErrorMessages.isTooManyOpenFiles(error)) {
            surroundings.reads().chunksFinished(1);
            surroundings
                    .overload()
                    .close(
                            connection,
                            "open files",
                            "Too many open files; raise the limit (ulimit -n, or LimitNOFILE).");
            return true;
        }
        if (!(error instanceof NoSuchFileException)) {
            surroundings.pools().countReadError(disk);
        }
        if (task.mayTryAgain()) {
            return false;
        }
        surroundings.metrics().failedBlocks.inc();
        Path root = failed.file().root();
        String away = surroundings.roots().unavailabilityReason(root);
        if (away != null) {
            // The operator was told of the root, and need not be of each block.
            return fail(
                    task,
                    ProtocolErrors.cannotRead(
                            failed.file().path().toString(),
                            describe(error) + "; its root " + root + " is not what it was: " + away));
        }
        surroundings
                .failures()
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
