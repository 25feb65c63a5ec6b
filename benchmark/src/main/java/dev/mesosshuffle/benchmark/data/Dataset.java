package dev.mesosshuffle.benchmark.data;

import java.util.List;

/**
 * The shape of one executor's map outputs.
 *
 * @param name the name of the application that owns them
 * @param maps how many map tasks wrote a file each
 * @param reduces how many blocks each file holds, one for each reduce id
 * @param blockBytes the blocks' sizes by reduce id, repeated as often as needed
 * @param disks over how many of the roots the files are spread
 */
public record Dataset(String name, int maps, int reduces, List<Integer> blockBytes, int disks) {
    /** The only shuffle of an executor. */
    public static final int SHUFFLE_ID = 0;

    /**
     * Bytes of blocks as skewed keys make them: the 32 middle quantiles of a log-normal distribution with a median of 8
     * KiB and a sigma of 1.9. The four largest have seven tenths of all bytes.
     */
    private static final List<Integer> SKEWED_BYTES = List.of(
            137, 339, 554, 792, 1057, 1356, 1691, 2068, 2493, 2973, 3517, 4133, 4833, 5633, 6550, 7604, 8825, 10_246,
            11_913, 13_884, 16_239, 19_084, 22_570, 26_917, 32_451, 39_691, 49_504, 63_462, 84_766, 121_143, 197_837,
            490_546);

    public Dataset {
        blockBytes = List.copyOf(blockBytes);
    }

    /** Blocks of one size on one disk. */
    public static Dataset uniform(String name, int maps, int reduces, int blockBytes) {
        return new Dataset(name, maps, reduces, List.of(blockBytes), 1);
    }

    /** Small blocks for most reduce ids, and large ones for a few, on one disk. */
    public static Dataset skewed(String name, int maps) {
        return new Dataset(name, maps, SKEWED_BYTES.size(), SKEWED_BYTES, 1);
    }

    /** Whether all blocks have one size. */
    public boolean isUniform() {
        return blockBytes.size() == 1;
    }

    /** The same on more disks, under a name of its own. */
    public Dataset onDisks(String otherName, int otherDisks) {
        return new Dataset(otherName, maps, reduces, blockBytes, otherDisks);
    }

    /** How long a block is. */
    public int length(int reduce) {
        return blockBytes.get(reduce % blockBytes.size());
    }

    /** How long the blocks of one map task are together, from one reduce id to before another. */
    public long length(int fromReduce, int toReduce) {
        long sum = 0;
        for (int reduce = fromReduce; reduce < toReduce; reduce++) {
            sum += length(reduce);
        }
        return sum;
    }

    /** How many blocks there are. */
    public int blocks() {
        return maps * reduces;
    }
}
