package dev.mesosshuffle;

import dev.mesosshuffle.concurrent.ThreadShortage;
import java.io.PrintStream;
import java.lang.Thread.UncaughtExceptionHandler;
import org.slf4j.LoggerFactory;

/**
 * What happens to an exception that nobody caught: it is logged. A JVM that is out of memory, or broken, ends at once:
 * the start script's JVM options see to most of that, but not to memory outside the heap. That no thread could be made
 * costs what was to be done, not the process.
 */
final class LastResort implements UncaughtExceptionHandler {
    private final PrintStream err;

    LastResort(PrintStream err) {
        this.err = err;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        if (ThreadShortage.isCauseOf(failure)) {
            ThreadShortage.report("what thread " + thread.getName() + " did", failure);
            return;
        }
        if (failure instanceof VirtualMachineError) {
            err.println("mesos-shuffle-service: " + failure);
            Runtime.getRuntime().halt(ExitStatus.FAILURE);
        }
        // Not before: a command that only asks the daemon never needs to log.
        LoggerFactory.getLogger(LastResort.class)
                .error("Thread {} ended by an unexpected failure", thread.getName(), failure);
    }
}
