package dev.mesosshuffle.benchmark.load;

/** What the connections of one load generator have received. For one thread. */
public final class LoadStats {
    private final Histogram fetchNanos = new Histogram();
    private long blocks;
    private long bytes;

    void onBlock(long length) {
        blocks++;
        bytes += length;
    }

    void onFetch(long nanos) {
        fetchNanos.add(nanos);
    }

    /** Blocks that came whole. */
    public long blocks() {
        return blocks;
    }

    /** Their bytes. */
    public long bytes() {
        return bytes;
    }

    /** From the first byte of a fetch that was sent to the last one that came, in nanoseconds. */
    public Histogram fetchNanos() {
        return fetchNanos;
    }
}
