package dev.mesosshuffle.fetch;

/**
 * Where the time of a disk's thread went, in ns.
 *
 * @param index reading index files
 * @param open opening data files
 * @param read the rest, which is reading data files
 */
record StageTimes(long index, long open, long read) {
    static final StageTimes NONE = new StageTimes(0, 0, 0);

    long total() {
        return index + open + read;
    }

    StageTimes plus(StageTimes other) {
        return new StageTimes(index + other.index, open + other.open, read + other.read);
    }
}
