package dev.mesosshuffle.protocol;

import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.ShuffleBlockId;
import java.util.Arrays;
import org.apache.spark.network.shuffle.protocol.FetchShuffleBlocks;

/** The block ids of a {@code FetchShuffleBlocks} message, in the compact form of the message. Immutable. */
final class CompactBlockIds implements BlockIds {
    private final int shuffleId;
    private final long[] mapIds;
    private final int[][] reduceIds;
    private final boolean batch;
    /** The index of each map task's first chunk, followed by the number of chunks. */
    private final int[] firstChunks;

    private CompactBlockIds(int shuffleId, long[] mapIds, int[][] reduceIds, boolean batch, int[] firstChunks) {
        this.shuffleId = shuffleId;
        this.mapIds = mapIds;
        this.reduceIds = reduceIds;
        this.batch = batch;
        this.firstChunks = firstChunks;
    }

    /**
     * Returns the ids of a message, whose arrays it keeps.
     *
     * @throws RejectedMessageException if there are none, or one of them is invalid
     */
    static CompactBlockIds of(FetchShuffleBlocks message) throws RejectedMessageException {
        int maps = message.mapIds.length;
        int[] firstChunks = new int[maps + 1];
        for (int map = 0; map < maps; map++) {
            int[] ids = message.reduceIds[map];
            check(message, map, ids);
            firstChunks[map + 1] = firstChunks[map] + (message.batchFetchEnabled ? 1 : ids.length);
        }
        if (firstChunks[maps] == 0) {
            throw new RejectedMessageException(ProtocolErrors.badRequest("0 blocks (expected: at least 1)"));
        }
        return new CompactBlockIds(
                message.shuffleId, message.mapIds, message.reduceIds, message.batchFetchEnabled, firstChunks);
    }

    private static void check(FetchShuffleBlocks message, int map, int[] ids) throws RejectedMessageException {
        try {
            if (message.batchFetchEnabled) {
                new ShuffleBlockId(message.shuffleId, message.mapIds[map], ids[0], ids[1]);
            } else {
                for (int id : ids) {
                    new ShuffleBlockId(message.shuffleId, message.mapIds[map], id, Math.addExact(id, 1));
                }
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new RejectedMessageException(ProtocolErrors.badRequest(String.valueOf(e.getMessage())), e);
        }
    }

    @Override
    public long retainedBytes() {
        // This object, three arrays with their headers, and an array with a header and a reference for each map task.
        long bytes = 96 + 40L * mapIds.length;
        for (int[] ids : reduceIds) {
            bytes += 4L * ids.length + 4;
        }
        return bytes;
    }

    @Override
    public int size() {
        return firstChunks[mapIds.length];
    }

    @Override
    public BlockId get(int index) {
        int found = Arrays.binarySearch(firstChunks, index);
        int map = found < 0 ? -found - 2 : found;
        // A map task without reduce ids has the same first chunk as the next one; use the last of these.
        while (firstChunks[map + 1] == index) {
            map++;
        }
        int[] ids = reduceIds[map];
        if (batch) {
            return new ShuffleBlockId(shuffleId, mapIds[map], ids[0], ids[1]);
        }
        int reduceId = ids[index - firstChunks[map]];
        return new ShuffleBlockId(shuffleId, mapIds[map], reduceId, reduceId + 1);
    }
}
