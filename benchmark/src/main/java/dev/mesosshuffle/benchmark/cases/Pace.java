package dev.mesosshuffle.benchmark.cases;

/** How a round goes on and when it ends. */
public enum Pace {
    /** Blocks come from memory; each connection fetches again and again for a given time. */
    WARM(""),

    /** The files are dropped from memory; the round ends when each block was fetched once. */
    COLD("from disk: "),

    /**
     * Blocks come from memory; the round ends when a given number of fetches is complete, however long that takes. For
     * blocks so slow that those which a round begins and does not end would falsify the time per block.
     */
    COUNTED(""),

    /** Blocks come from memory; each of a given number of fetches has a connection of its own. */
    RECONNECTING("reconnecting: ");

    private final String label;

    Pace(String label) {
        this.label = label;
    }

    /** What descriptions begin with. */
    String label() {
        return label;
    }
}
