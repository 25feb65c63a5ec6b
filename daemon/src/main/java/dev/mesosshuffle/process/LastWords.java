package dev.mesosshuffle.process;

import dev.mesosshuffle.concurrent.DaemonThreads;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.LogFlush;
import java.io.PrintStream;

/**
 * What a process says before it ends: first the lines of its log that wait to be written, then one line on standard error.
 * Neither may keep it from ending, as standard output and error can be pipes that nobody reads.
 */
public final class LastWords {
    private LastWords() {}

    /** Flushes the log and prints a line, each for a second at most. */
    public static void print(PrintStream err, String reason) {
        LogFlush.await(LogFlush.LIMIT);
        Runnable print = () -> err.println("mesos-shuffle-service: " + ErrorMessages.oneLine(reason));
        Thread printer = DaemonThreads.newThread("last-words", print);
        try {
            printer.start();
        } catch (OutOfMemoryError e) {
            // No thread can be made; most streams are read.
            print.run();
            return;
        }
        try {
            printer.join(LogFlush.LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
