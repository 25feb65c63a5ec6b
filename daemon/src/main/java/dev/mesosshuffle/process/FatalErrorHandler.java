package dev.mesosshuffle.process;

import dev.mesosshuffle.concurrent.ThreadShortage;
import java.io.PrintStream;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * Handles an exception that nobody caught: once the daemon runs, it is logged. Before that it ends the start. A JVM that is
 * broken ends at once. So does one whose lack of heap reached a thread that nothing protects; elsewhere a failed allocation
 * costs the request that needed it ({@code HeapShortage}). That no thread could be made costs the work of that thread.
 */
public final class FatalErrorHandler implements UncaughtExceptionHandler {
    private final PrintStream err;
    private final Function<Throwable, String> explanation;
    private final BooleanSupplier running;
    private final IntConsumer halt;

    /**
     * Creates a handler.
     *
     * @param explanation one line for a failure that ends the start
     * @param running whether the daemon was started
     * @param halt ends the process with a status
     */
    public FatalErrorHandler(
            PrintStream err, Function<Throwable, String> explanation, BooleanSupplier running, IntConsumer halt) {
        this.err = err;
        this.explanation = explanation;
        this.running = running;
        this.halt = halt;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        if (!running.getAsBoolean()) {
            end(ExitStatus.FAILURE, () -> explanation.apply(failure));
            return;
        }
        if (ThreadShortage.isCauseOf(failure)) {
            ThreadShortage.report("the work of thread " + thread.getName(), failure);
            return;
        }
        if (failure instanceof VirtualMachineError) {
            end(failure instanceof OutOfMemoryError ? ExitStatus.OUT_OF_MEMORY : ExitStatus.FAILURE, failure::toString);
            return;
        }
        // Not before: a command that only asks the daemon never needs to log.
        LoggerFactory.getLogger(FatalErrorHandler.class)
                .error("Thread {} ended with an unexpected failure", thread.getName(), failure);
    }

    /** To print takes memory, which may be what is missing. */
    private void end(int status, Supplier<String> reason) {
        try {
            LastWords.print(err, reason.get());
        } finally {
            halt.accept(status);
        }
    }
}
