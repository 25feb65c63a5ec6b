package dev.mesosshuffle.model;

/** Identifies one block, or a batch of neighbouring blocks, of one executor. */
public sealed interface BlockId permits ShuffleBlockId, RddBlockId {
    /** Returns the name of the file that has the block's bytes. */
    String dataFileName();

    /** Returns the number of blocks; more than one only if the client requested a batch. */
    int count();
}
