package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.blocks.PlacedFile;
import dev.mesosshuffle.model.OpenSegment;
import dev.mesosshuffle.protocol.ErrorText;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.streams.ReadTracker;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does a {@link BlockTask} on the thread of a disk: reads the index, opens the block, and sends it. */
final class BlockReader {
    private static final Logger logger = LoggerFactory.getLogger(BlockReader.class);

    private final Registry registry;
    private final BlockResolver resolver;
    private final ReadTracker reads;
    private final DispatchMetrics metrics;
    private final Overload overload;
    private final QuietLog quietLog;

    BlockReader(
            Registry registry,
            BlockResolver resolver,
            ReadTracker reads,
            DispatchMetrics metrics,
            Overload overload,
            QuietLog quietLog) {
        this.registry = registry;
        this.resolver = resolver;
        this.reads = reads;
        this.metrics = metrics;
        this.overload = overload;
        this.quietLog = quietLog;
    }

    /** The disk that the task's next step is about. Reads no disk. */
    Path disk(BlockTask task) {
        return task.disk(resolver);
    }

    /** Gives up a task that was not answered; its connection is gone, or is going. */
    void drop() {
        reads.chunkFinished();
    }

    /** What became of a task. */
    enum Outcome {
        /** It is answered. */
        DONE,
        /** Its next step belongs on another disk, or is a second attempt. */
        AGAIN
    }

    /**
     * Does the task's next steps, as far as they are about the disk whose thread this is.
     *
     * @param disk the disk whose thread this is
     * @return whether there is more to do
     */
    Outcome step(BlockTask task, Path disk, Connection connection) {
        String appId = task.executor().appId();
        // First the mark, then the look: whoever removes the application looks for marks after removing it.
        reads.readStarted(appId);
        boolean handedOver = false;
        try {
            if (registry.executor(task.executor()) == null) {
                return fail(task, connection, ErrorText.notRegistered(task.executor()));
            }
            PlacedFile index = task.missingIndex();
            if (index != null && index.root().equals(disk)) {
                task.setIndex(resolver.loadIndex(index));
            }
            if (!task.disk(resolver).equals(disk)) {
                return Outcome.AGAIN;
            }
            OpenSegment segment = resolver.open(task.block(), task.index());
            long length = segment.length();
            if (!task.fits(length)) {
                segment.close();
                return fail(task, connection, tooLong(length));
            }
            connection.send(task.success(length), segment, () -> {
                reads.readFinished(appId);
                reads.chunkFinished();
            });
            handedOver = true;
            metrics.transferred(task.block().id().count(), length);
            return Outcome.DONE;
        } catch (IOException e) {
            return afterError(task, connection, e);
        } finally {
            if (!handedOver) {
                reads.readFinished(appId);
            }
        }
    }

    private Outcome afterError(BlockTask task, Connection connection, IOException error) {
        resolver.forgetIndex(task.block());
        if (isTooManyOpenFiles(error)) {
            drop();
            overload.close(
                    connection, "open files", "Too many open files; raise the limit (ulimit -n, or LimitNOFILE).");
            return Outcome.DONE;
        }
        if (task.mayTryAgain()) {
            return Outcome.AGAIN;
        }
        metrics.failedBlocks.inc();
        String file = task.block().data().path().toString();
        quietLog.warn(
                logger,
                "unreadable block",
                "Block " + task.block().id() + " of " + task.executor() + " asked for by " + connection.remoteAddress()
                        + " cannot be read: " + error);
        return fail(task, connection, ErrorText.cannotRead(file, describe(error)));
    }

    private Outcome fail(BlockTask task, Connection connection, String error) {
        connection.send(task.failure(error));
        reads.chunkFinished();
        return Outcome.DONE;
    }

    private static String tooLong(long length) {
        return ErrorText.badRequest("block of " + length + " bytes in one chunk (expected: at most "
                + Reply.MAX_CHUNK_BYTES + "; set spark.network.maxRemoteBlockSizeFetchToMem below that)");
    }

    private static String describe(IOException error) {
        return error.getClass().getSimpleName() + ": " + error.getMessage();
    }

    private static boolean isTooManyOpenFiles(IOException error) {
        return error instanceof FileSystemException failed
                && String.valueOf(failed.getReason()).startsWith("Too many open files");
    }
}
