package dev.mesosshuffle.process;

import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.logging.ErrorMessages;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Says on one line why the daemon could not be started, and which limit to raise if it was one. */
public final class StartFailures {
    /** The database, an event loop or a log opens a few at once, and not all of them say what they lacked. */
    private static final int FEW_DESCRIPTORS = 16;

    private StartFailures() {}

    public static String explain(Throwable failure) {
        return explain(failure, isFull(FEW_DESCRIPTORS));
    }

    /**
     * Explains a failure.
     *
     * @param lacksDescriptors whether this process can hardly open anything
     */
    public static String explain(Throwable failure, boolean lacksDescriptors) {
        List<Throwable> chain = chain(failure);
        String reason = ErrorMessages.of(failure);
        if (chain.stream().anyMatch(StartFailures::isThreadShortage)) {
            return "cannot start: no more threads can be made (" + reason + "); " + ThreadShortage.ADVICE;
        }
        if (reason.contains("LimitNOFILE")) {
            return reason;
        }
        if (lacksDescriptors || chain.stream().anyMatch(ErrorMessages::isTooManyOpenFiles)) {
            return "cannot start: too few files may be open (" + reason + "); raise LimitNOFILE or ulimit -n";
        }
        return reason;
    }

    /** Some only have the text of what they failed by. */
    private static boolean isThreadShortage(Throwable failure) {
        return ThreadShortage.isCauseOf(failure)
                || String.valueOf(failure.getMessage()).contains("unable to create native thread");
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable next = failure; next != null && !chain.contains(next); next = next.getCause()) {
            chain.add(next);
        }
        return chain;
    }

    /** Whether fewer than so many files can be opened now. */
    static boolean isFull(int wanted) {
        List<FileInputStream> opened = new ArrayList<>();
        try {
            while (opened.size() < wanted) {
                opened.add(new FileInputStream("/dev/null"));
            }
            return false;
        } catch (IOException e) {
            return ErrorMessages.isTooManyOpenFiles(e);
        } finally {
            opened.forEach(StartFailures::close);
        }
    }

    private static void close(FileInputStream file) {
        try {
            file.close();
        } catch (IOException e) {
            // Nothing was written.
            return;
        }
    }
}
