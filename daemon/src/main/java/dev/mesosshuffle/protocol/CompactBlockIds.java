package dev.mesosshuffle.protocol;

import dev.mesosshuffle.model.BlockId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.ShuffleBlockId;
import io.netty.buffer.ByteBuf;

/**
 * The block ids of a {@code FetchShuffleBlocks} message: the lists of reduce ids one after the other, so that they occupy no
 * more than the message, however many of them are empty. Immutable.
 */
final class CompactBlockIds implements BlockIds {
    /** This object, and the heads of three arrays. */
    private static final int FIXED_BYTES = 96;

    private final int shuffleId;
    private final long[] mapIds;
    private final int[] reduceIds;
    /** The index of each map task's first reduce id, followed by the number of reduce ids. */
    private final int[] firstReduceIds;

    private final boolean batch;

    private CompactBlockIds(int shuffleId, long[] mapIds, int[] reduceIds, int[] firstReduceIds, boolean batch) {
        this.shuffleId = shuffleId;
        this.mapIds = mapIds;
        this.reduceIds = reduceIds;
        this.firstReduceIds = firstReduceIds;
        this.batch = batch;
    }

    /**
     * Reads the ids out of a message whose lengths were validated.
     *
     * @param body the message; its position is left alone
     * @param mapIdsStart the position of the first map id
     * @param lists the measures of the lists of reduce ids, one for each map id; pairs if it is a batch
     * @throws RejectedMessageException if there are none, or one of them is invalid
     */
    static CompactBlockIds read(
            ByteBuf body, int shuffleId, int mapIdsStart, LengthValidator.IntArrays lists, boolean batch)
            throws RejectedMessageException {
        if (lists.ints() == 0) {
            throw new RejectedMessageException(ProtocolErrors.badRequest("0 blocks (expected: at least 1)"));
        }
        long[] mapIds = new long[lists.arrays()];
        int[] reduceIds = new int[lists.ints()];
        int[] firstReduceIds = new int[lists.arrays() + 1];
        int position = lists.start();
        int next = 0;
        for (int map = 0; map < mapIds.length; map++) {
            mapIds[map] = body.getLong(mapIdsStart + map * Long.BYTES);
            int end = next + body.getInt(position);
            position += Integer.BYTES;
            while (next < end) {
                reduceIds[next++] = body.getInt(position);
                position += Integer.BYTES;
            }
            firstReduceIds[map + 1] = next;
        }
        CompactBlockIds ids = new CompactBlockIds(shuffleId, mapIds, reduceIds, firstReduceIds, batch);
        ids.check();
        return ids;
    }

    /** Checks each id without an object for it, and lets the id itself explain what is wrong with it. */
    private void check() throws RejectedMessageException {
        for (int map = 0; map < mapIds.length; map++) {
            for (int i = firstReduceIds[map]; i < firstReduceIds[map + 1]; i += batch ? 2 : 1) {
                int start = reduceIds[i];
                boolean isValid = shuffleId >= 0
                        && mapIds[map] >= 0
                        && start >= 0
                        && (batch ? reduceIds[i + 1] >= start : start < Integer.MAX_VALUE);
                if (!isValid) {
                    reject(map, i);
                }
            }
        }
    }

    private void reject(int map, int i) throws RejectedMessageException {
        try {
            id(map, i);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new RejectedMessageException(ProtocolErrors.badRequest(String.valueOf(e.getMessage())), e);
        }
    }

    private ShuffleBlockId id(int map, int i) {
        int start = reduceIds[i];
        return new ShuffleBlockId(shuffleId, mapIds[map], start, batch ? reduceIds[i + 1] : Math.addExact(start, 1));
    }

    @Override
    public int size() {
        return batch ? mapIds.length : reduceIds.length;
    }

    @Override
    public BlockId get(int index) {
        if (batch) {
            return id(index, 2 * index);
        }
        int reduceId = reduceIds[index];
        return new ShuffleBlockId(shuffleId, mapIds[mapOf(index)], reduceId, reduceId + 1);
    }

    /** The last map task whose list begins at or before a reduce id; those before it that begin there too are empty. */
    private int mapOf(int index) {
        int low = 0;
        int high = mapIds.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (firstReduceIds[middle] <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    @Override
    public long retainedBytes() {
        return FIXED_BYTES
                + (long) mapIds.length * Long.BYTES
                + (long) (reduceIds.length + firstReduceIds.length) * Integer.BYTES;
    }
}
