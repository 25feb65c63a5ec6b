package dev.mesosshuffle.model;

/** The blocks of one stream, in the order in which their chunks will be asked for; immutable. */
public interface BlockIds {
    /** How many chunks the stream has. */
    int size();

    /**
     * One of them.
     *
     * @param index from 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if there is none
     */
    BlockId get(int index);
}
