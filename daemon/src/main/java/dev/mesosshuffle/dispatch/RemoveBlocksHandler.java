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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes single blocks that their application no longer needs, each on the pool of its disk. Never blocks. */
final class RemoveBlocksHandler {
    private static final Logger logger = LoggerFactory.getLogger(RemoveBlocksHandler.class);

    private final BlockFileRemover remover;
    private final DiskExecutors diskExecutors;
    private final RateLimitedLogger rateLimitedLogger;

    RemoveBlocksHandler(BlockFileRemover remover, DiskExecutors diskExecutors, RateLimitedLogger rateLimitedLogger) {
        this.remover = remover;
        this.diskExecutors = diskExecutors;
        this.rateLimitedLogger = rateLimitedLogger;
    }

    /** Deletes the files and replies with their number, as Spark's service does: a file that fails is not counted. */
    void remove(RegisteredExecutor executor, List<String> fileNames, RpcCall call) {
        Map<Path, List<BlockFile>> byDisk = fileNames.stream()
                .map(name -> BlockFile.of(executor, name))
                .collect(Collectors.groupingBy(BlockFile::root));
        List<CompletableFuture<Integer>> removed = new ArrayList<>(byDisk.size());
        byDisk.forEach((disk, files) -> removed.add(removeOnDisk(disk, files)));
        var unused = CompletableFuture.allOf(removed.toArray(CompletableFuture[]::new))
                .whenComplete((done, error) -> {
                    if (error == null) {
                        int sum = removed.stream()
                                .mapToInt(CompletableFuture::join)
                                .sum();
                        call.respond(id -> Reply.blocksRemoved(id, sum));
                    } else {
                        call.fail(error);
                    }
                });
    }

    private CompletableFuture<Integer> removeOnDisk(Path disk, List<BlockFile> files) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        try {
            diskExecutors.execute(disk, () -> result.completeAsync(() -> removeAll(files), Runnable::run));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new IllegalStateException(
                    "files cannot be deleted on disk " + disk + ": " + DiskRefusals.reason(e, "requests")));
        }
        return result;
    }

    private int removeAll(List<BlockFile> files) {
        int removed = 0;
        for (BlockFile file : files) {
            try {
                if (remover.remove(file.dir(), file.subDir(), file.name())) {
                    removed++;
                }
            } catch (IOException | IllegalArgumentException e) {
                rateLimitedLogger.warn(
                        logger,
                        "block removal",
                        "File " + file.path() + ", which its application no longer needs, could not be removed: "
                                + ErrorMessages.reason(e));
            }
        }
        return removed;
    }
}
