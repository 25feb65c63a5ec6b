package dev.mesosshuffle.fetch;

import dev.mesosshuffle.concurrent.ThreadShortageException;
import java.util.concurrent.RejectedExecutionException;

/** Why a disk's pool takes no more work, in words that go after the disk's name; never the JDK's own. */
public final class DiskRefusals {
    private DiskRefusals() {}

    /**
     * Gives the reason.
     *
     * @param work what waits for the disk, in the plural
     */
    public static String reason(RejectedExecutionException refusal, String work) {
        return refusal instanceof ThreadShortageException shortage
                ? String.valueOf(shortage.getMessage())
                : "too many " + work + " wait for it (expected: an answer in time; it may be failing)";
    }
}
