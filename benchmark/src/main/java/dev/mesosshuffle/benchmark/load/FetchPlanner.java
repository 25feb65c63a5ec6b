package dev.mesosshuffle.benchmark.load;

import dev.mesosshuffle.benchmark.data.Dataset;
import dev.mesosshuffle.benchmark.data.GeneratedExecutor;
import dev.mesosshuffle.benchmark.wire.Requests;
import java.util.ArrayList;
import java.util.List;

/**
 * Divides all blocks of an executor into fetches. As for real reducers, a fetch asks many map tasks for one reduce id;
 * for more of them when there are fewer map tasks than blocks in a fetch.
 */
public final class FetchPlanner {
    private final GeneratedExecutor executor;
    private final Dataset dataset;
    private final FetchKind kind;
    private final int chunksPerFetch;
    /** Reduce ids in a chunk; 1 unless it is a batch. */
    private final int width;

    /**
     * Plans fetches.
     *
     * @param width how many reduce ids a chunk spans; more than 1 only in a batch
     */
    public FetchPlanner(GeneratedExecutor executor, FetchKind kind, int chunksPerFetch, int width) {
        this.executor = executor;
        this.dataset = executor.dataset();
        this.kind = kind;
        this.chunksPerFetch = chunksPerFetch;
        this.width = width;
    }

    /** Fetches that together ask for every block once, by ascending reduce id; what does not fill one is left out. */
    public List<Fetch> plan() {
        int chunks = dataset.maps() * (dataset.reduces() / width);
        List<Fetch> fetches = new ArrayList<>();
        for (int first = 0; first + chunksPerFetch <= chunks; first += chunksPerFetch) {
            fetches.add(fetch(fetches.size(), first));
        }
        return fetches;
    }

    private Fetch fetch(long requestId, int first) {
        long bytes = 0;
        for (int chunk = first; chunk < first + chunksPerFetch; chunk++) {
            bytes += dataset.length(fromReduce(chunk), fromReduce(chunk) + width);
        }
        byte[] request = kind == FetchKind.OPEN_BLOCKS ? openBlocks(requestId, first) : shuffleBlocks(requestId, first);
        return new Fetch(request, chunksPerFetch, bytes);
    }

    private int map(int chunk) {
        return chunk % dataset.maps();
    }

    private int fromReduce(int chunk) {
        return chunk / dataset.maps() * width;
    }

    private byte[] openBlocks(long requestId, int first) {
        List<String> blockIds = new ArrayList<>();
        for (int chunk = first; chunk < first + chunksPerFetch; chunk++) {
            blockIds.add("shuffle_" + Dataset.SHUFFLE_ID + "_" + map(chunk) + "_" + fromReduce(chunk));
        }
        return Requests.openBlocks(requestId, executor.appId(), GeneratedExecutor.EXECUTOR_ID, blockIds);
    }

    /** A map task may come twice, once for each of its reduce ids. */
    private byte[] shuffleBlocks(long requestId, int first) {
        long[] mapIds = new long[chunksPerFetch];
        int[][] reduceIds = new int[chunksPerFetch][];
        for (int i = 0; i < chunksPerFetch; i++) {
            int reduce = fromReduce(first + i);
            mapIds[i] = map(first + i);
            reduceIds[i] = kind == FetchKind.BATCH ? new int[] {reduce, reduce + width} : new int[] {reduce};
        }
        return Requests.fetchShuffleBlocks(
                requestId,
                executor.appId(),
                GeneratedExecutor.EXECUTOR_ID,
                Dataset.SHUFFLE_ID,
                mapIds,
                reduceIds,
                kind == FetchKind.BATCH);
    }
}
