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

    public Dataset {
        blockBytes = List.copyOf(blockBytes);
    }

    /** Blocks of one size on one disk. */
    public static Dataset uniform(String name, int maps, int reduces, int blockBytes) {
        return new Dataset(name, maps, reduces, List.of(blockBytes), 1);
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
