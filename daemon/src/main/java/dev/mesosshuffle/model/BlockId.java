package dev.mesosshuffle.model;

/** Names one block, or a run of neighbouring blocks, of one executor. */
public sealed interface BlockId permits ShuffleBlockId, RddBlockId {
    /** The name of the file that holds the block's bytes. */
    String dataFileName();

    /** How many blocks this stands for; more than one only where the client asked for a batch. */
    int count();
}
