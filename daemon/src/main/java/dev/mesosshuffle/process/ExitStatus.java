package dev.mesosshuffle.process;

/** The exit status of the process; the numbers of the last two are those of BSD's sysexits. */
public final class ExitStatus {
    public static final int OK = 0;
    public static final int FAILURE = 1;

    /** The heap lasts for nothing any more; the status that the JVM itself has for it. */
    public static final int OUT_OF_MEMORY = 3;

    public static final int USAGE = 64;
    public static final int CONFIG = 78;

    private ExitStatus() {}
}
