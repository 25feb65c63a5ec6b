package dev.mesosshuffle;

/** What the process tells its parent; the numbers of the last two are those of BSD's sysexits. */
final class ExitStatus {
    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 64;
    static final int CONFIG = 78;

    private ExitStatus() {}
}
