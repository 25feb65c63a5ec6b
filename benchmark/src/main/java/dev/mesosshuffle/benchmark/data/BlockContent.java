package dev.mesosshuffle.benchmark.data;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** The bytes of a block, which follow from its map and reduce id: nothing has to be kept to check them. */
public final class BlockContent {
    /** Prime, so that blocks of round sizes do not begin at the same places. */
    private static final int PERIOD = 65_521;

    private static final byte[] BYTES = randomBytes();

    private BlockContent() {}

    /** Appends a block to a buffer that has room for it. */
    public static void append(ByteBuffer target, int map, int reduce, int length) {
        int position = start(map, reduce);
        int left = length;
        while (left > 0) {
            int run = Math.min(left, PERIOD - position);
            target.put(BYTES, position, run);
            left -= run;
            position = 0;
        }
    }

    private static int start(int map, int reduce) {
        return Math.floorMod((map * 31 + reduce) * 0x9E3779B9, PERIOD);
    }

    private static byte[] randomBytes() {
        byte[] bytes = new byte[PERIOD];
        new SplittableRandom(1).nextBytes(bytes);
        return bytes;
    }
}
