package dev.mesosshuffle.benchmark.data;

import dev.mesosshuffle.benchmark.wire.Requests;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Many executors of many applications, each with an empty local dir.
 *
 * @param root where the dirs are
 * @param applications how many applications there are
 * @param executorsEach how many executors each of them has
 */
public record Fleet(Path root, int applications, int executorsEach) {
    /** The dir of one executor. */
    Path localDir(int application, int executor) {
        return root.resolve(LocalDirName.of(application + "-" + executor));
    }

    /** What these executors of every application send when they start, from one to before another. */
    public List<byte[]> registrations(int fromExecutor, int toExecutor) {
        List<byte[]> rpcs = new ArrayList<>();
        for (int executor = fromExecutor; executor < toExecutor; executor++) {
            for (int application = 0; application < applications; application++) {
                rpcs.add(Requests.registerExecutor(
                        rpcs.size(),
                        appId(application),
                        Integer.toString(executor),
                        List.of(localDir(application, executor).toString()),
                        GeneratedExecutor.SUB_DIRS));
            }
        }
        return rpcs;
    }

    /** Requests that open a stream of one block each, of the first executors of the applications in turn. */
    public List<byte[]> openings(int count) {
        List<byte[]> rpcs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rpcs.add(Requests.fetchShuffleBlocks(
                    i, appId(i % applications), "0", Dataset.SHUFFLE_ID, new long[] {0}, new int[][] {{0}}, false));
        }
        return rpcs;
    }

    private static String appId(int application) {
        return "benchmark-state-" + application;
    }
}
