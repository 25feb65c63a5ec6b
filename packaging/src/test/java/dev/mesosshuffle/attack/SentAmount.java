package dev.mesosshuffle.attack;

/**
 * How much an attack has sent.
 *
 * @param frames those that were sent completely, or as far as they were meant to be
 */
record SentAmount(long connections, long frames) {
    static final SentAmount NOTHING = new SentAmount(0, 0);

    SentAmount plus(SentAmount more) {
        return new SentAmount(connections + more.connections, frames + more.frames);
    }

    boolean isAtLeast(SentAmount least) {
        return connections >= least.connections && frames >= least.frames;
    }
}
