package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.blocks.DiskPools;
import dev.mesosshuffle.blocks.PlacedFile;
import dev.mesosshuffle.cleanup.BlockRemover;
import dev.mesosshuffle.model.ErrorMessages;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.registry.RegisteredExecutor;
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

/** Removes single blocks that their application no longer needs, each on the pool of its disk. Never waits. */
final class BlockRemoval {
    private static final Logger logger = LoggerFactory.getLogger(BlockRemoval.class);

    private final BlockRemover remover;
    private final DiskPools pools;
    private final QuietLog quietLog;

    BlockRemoval(BlockRemover remover, DiskPools pools, QuietLog quietLog) {
        this.remover = remover;
        this.pools = pools;
        this.quietLog = quietLog;
    }

    /** Removes the files and answers how many there were, as Spark's service does: one that fails is not counted. */
    void remove(RegisteredExecutor executor, List<String> fileNames, Call call) {
        Map<Path, List<PlacedFile>> byDisk = fileNames.stream()
                .map(name -> PlacedFile.of(executor, name))
                .collect(Collectors.groupingBy(PlacedFile::root));
        List<CompletableFuture<Integer>> removed = new ArrayList<>(byDisk.size());
        byDisk.forEach((disk, files) -> removed.add(onDisk(disk, files)));
        var unused = CompletableFuture.allOf(removed.toArray(CompletableFuture[]::new))
                .whenComplete((done, error) -> {
                    if (error == null) {
                        int sum = removed.stream()
                                .mapToInt(CompletableFuture::join)
                                .sum();
                        call.answer(id -> Reply.blocksRemoved(id, sum));
                    } else {
                        call.failed(Failures.forClient(error));
                    }
                });
    }

    private CompletableFuture<Integer> onDisk(Path disk, List<PlacedFile> files) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        try {
            pools.execute(disk, () -> result.completeAsync(() -> removeAll(files), Runnable::run));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new IllegalStateException(
                    "files cannot be removed on disk " + disk + ": " + DiskRefusals.reason(e, "requests")));
        }
        return result;
    }

    private int removeAll(List<PlacedFile> files) {
        int removed = 0;
        for (PlacedFile file : files) {
            try {
                if (remover.remove(file.dir(), file.subDir(), file.name())) {
                    removed++;
                }
            } catch (IOException | IllegalArgumentException e) {
                quietLog.warn(
                        logger,
                        "block removal",
                        "File " + file.path() + ", which its application no longer needs, could not be removed: "
                                + ErrorMessages.reason(e));
            }
        }
        return removed;
    }
}
