package dev.mesosshuffle.fetch;

import dev.mesosshuffle.concurrent.ThreadShortageException;
import java.util.concurrent.RejectedExecutionException;

/** Explains why a disk's pool rejected a task, in place of the JDK's text. */
public final class DiskRefusals {
    private DiskRefusals() {}

    /**
     * Returns the reason, in words that follow the disk's name.
     *
     * @param work what is queued for the disk, in the plural
     */
    public static String reason(RejectedExecutionException refusal, String work) {
        return refusal instanceof ThreadShortageException shortage
                ? String.valueOf(shortage.getMessage())
                : "too many " + work + " wait for it (expected: a response in time; it may be failing)";
    }
}
