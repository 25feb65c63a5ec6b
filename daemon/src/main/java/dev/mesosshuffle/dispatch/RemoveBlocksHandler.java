package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.blocks.BlockFile;
import dev.mesosshuffle.cleanup.BlockFileRemover;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.fetch.DiskRefusals;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes single blocks that their application no longer needs, each on the pool of its disk. Never blocks. */
final class RemoveBlocksHandler {
    private static final Logger logger = LoggerFactory.getLogger(RemoveBlocksHandler.class);

    /** The files that one task deletes at most, so that no other waits for long. */
    static final int FILES_PER_SLICE = 128;

    private final BlockFileRemover remover;
    private final DiskExecutors diskExecutors;
    private final RateLimitedLogger rateLimitedLogger;

    RemoveBlocksHandler(BlockFileRemover remover, DiskExecutors diskExecutors, RateLimitedLogger rateLimitedLogger) {
        this.remover = remover;
        this.diskExecutors = diskExecutors;
        this.rateLimitedLogger = rateLimitedLogger;
    }

    /** Deletes the files and replies with their number, as Spark's service does: a file that fails is not counted. */
    void remove(RegisteredExecutor executor, Iterable<String> fileNames, RpcCall call) {
        var unused = call.takeTurn(
                call.caller().requestTurns(),
                done -> new Removal(executor, fileNames.iterator(), call, done).removeSlice());
    }

    private boolean isRemoved(BlockFile file) {
        try {
            return remover.remove(file.dir(), file.subDir(), file.name());
        } catch (IOException | IllegalArgumentException e) {
            rateLimitedLogger.warn(
                    logger,
                    "block removal",
                    "File " + file.path() + ", which its application no longer needs, could not be removed: "
                            + ErrorMessages.reason(e));
            return false;
        }
    }

    /**
     * The removal that one request asks for, slice by slice: between two slices, others have their turns at the disks. Stops
     * between two slices if its client has gone.
     *
     * <p><b>Concurrency:</b> a slice is divided by one thread at a time; its parts are removed by one thread of each disk,
     * the last of which continues.
     */
    private final class Removal {
        private final RegisteredExecutor executor;
        private final Iterator<String> fileNames;
        private final RpcCall call;
        private final Runnable done;
        private final AtomicInteger removed = new AtomicInteger();
        private final AtomicInteger disksLeft = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        private Removal(RegisteredExecutor executor, Iterator<String> fileNames, RpcCall call, Runnable done) {
            this.executor = executor;
            this.fileNames = fileNames;
            this.call = call;
            this.done = done;
        }

        private void removeSlice() {
            Map<Path, List<BlockFile>> byDisk = new HashMap<>();
            for (int taken = 0; taken < FILES_PER_SLICE && fileNames.hasNext(); taken++) {
                BlockFile file = BlockFile.of(executor, fileNames.next());
                byDisk.computeIfAbsent(file.root(), disk -> new ArrayList<>()).add(file);
            }
            if (byDisk.isEmpty()) {
                end();
                return;
            }
            disksLeft.set(byDisk.size());
            byDisk.forEach(this::removeOnDisk);
        }

        private void removeOnDisk(Path disk, List<BlockFile> files) {
            try {
                diskExecutors.execute(disk, call.caller(), () -> removeAll(files));
            } catch (RejectedExecutionException e) {
                diskDone(new IllegalStateException(
                        "files cannot be deleted on disk " + disk + ": " + DiskRefusals.reason(e, "requests")));
            } catch (RuntimeException | Error e) {
                diskDone(e);
            }
        }

        private void removeAll(List<BlockFile> files) {
            Throwable reason = null;
            try {
                for (BlockFile file : files) {
                    if (isRemoved(file)) {
                        removed.incrementAndGet();
                    }
                }
            } catch (RuntimeException | Error e) {
                reason = e;
            }
            diskDone(reason);
        }

        private void diskDone(@Nullable Throwable reason) {
            if (reason != null) {
                failure.compareAndSet(null, reason);
            }
            if (disksLeft.decrementAndGet() > 0) {
                return;
            }
            if (failure.get() != null || !call.caller().isOpen()) {
                end();
            } else {
                call.guard(this::removeSlice, done);
            }
        }

        private void end() {
            done.run();
            Throwable reason = failure.get();
            if (reason == null) {
                call.respond(id -> Reply.blocksRemoved(id, removed.get()));
            } else {
                call.fail(reason);
            }
        }
    }
}
