package dev.mesosshuffle.blocks;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.model.ShuffleBlockId;
import dev.mesosshuffle.testing.ShuffleFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** An executor with one local dir and files in it. */
record TestExecutor(ShuffleFiles files, RegisteredExecutor registered) {
    TestExecutor(Path root, String execId) throws IOException {
        this(root, execId, "blockmgr-" + execId);
    }

    TestExecutor(Path root, String execId, String dirName) throws IOException {
        this(
                new ShuffleFiles(List.of(root.resolve(dirName))),
                new RegisteredExecutor(
                        new AppExecId("app", execId),
                        new ExecutorShuffleInfo(List.of(root.resolve(dirName).toString()), 64, "sort"),
                        List.of(new LocalDir(root, root.resolve(dirName)))));
    }

    /** Reads an index into a cache. */
    MapOutput load(IndexCache cache, ShuffleBlockId block) throws IOException {
        DataFileObservation observation = cache.observe(BlockFile.of(registered, block.dataFileName()));
        return cache.load(registered, block, observation, null);
    }
}
