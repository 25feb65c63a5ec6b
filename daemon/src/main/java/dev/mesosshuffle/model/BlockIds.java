package dev.mesosshuffle.model;

/** The blocks of one stream, in the order in which their chunks are requested; immutable. */
public interface BlockIds {
    /** Returns the number of chunks of the stream. */
    int size();

    /**
     * Returns one block id.
     *
     * @param index from 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is none
     */
    BlockId get(int index);

    /** Returns the bytes that it occupies on the heap, estimated from above. */
    long retainedBytes();
}
