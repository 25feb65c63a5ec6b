package dev.mesosshuffle;

import java.io.PrintStream;
import java.lang.Thread.UncaughtExceptionHandler;
import org.slf4j.LoggerFactory;

/**
 * What happens to an exception that nobody caught: it is logged. A JVM that is out of memory, or broken, ends at once:
 * the start script's JVM options see to most of that, but not to memory outside the heap or threads running out.
 */
final class LastResort implements UncaughtExceptionHandler {
    private final PrintStream err;

    LastResort(PrintStream err) {
        this.err = err;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        if (failure instanceof VirtualMachineError) {
            err.println("mesos-shuffle-service: " + failure);
            Runtime.getRuntime().halt(ExitStatus.FAILURE);
        }
        // Not before: a command that only asks the daemon never needs to log.
        LoggerFactory.getLogger(LastResort.class)
                .error("Thread {} ended by an unexpected failure", thread.getName(), failure);
    }
}
