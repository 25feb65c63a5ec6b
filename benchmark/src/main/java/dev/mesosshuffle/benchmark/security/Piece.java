package dev.mesosshuffle.benchmark.security;

import java.nio.ByteBuffer;

/** Collects what has to be in one array to be decoded, wherever the bytes were cut on their way. */
final class Piece {
    final byte[] bytes;
    private int filled;

    Piece(int mostBytes) {
        this.bytes = new byte[mostBytes];
    }

    /** Takes bytes until there are so many of them since {@link #clear}; says whether there are. */
    boolean fill(ByteBuffer from, int wanted) {
        int run = Math.min(wanted - filled, from.remaining());
        if (run > 0) {
            from.get(bytes, filled, run);
            filled += run;
        }
        return filled >= wanted;
    }

    void clear() {
        filled = 0;
    }
}
