package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.ExecutorShuffleInfo;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How much one registration may contain. Spark creates one directory for each root, which a registration names once. What an
 * earlier version stored may contain more, and is read.
 */
public final class RegistrationLimits {
    static final int MAX_DIRS = 256;

    /** The longest class name that a Java compiler accepts in practice is shorter. */
    static final int MAX_SHUFFLE_MANAGER = 512;

    private RegistrationLimits() {}

    /**
     * Checks a registration before any of its directories is inspected.
     *
     * @throws IllegalArgumentException if it contains too much; the message is for the client
     */
    public static void check(ExecutorShuffleInfo info) {
        if (info.localDirs().size() > MAX_DIRS) {
            throw new IllegalArgumentException(
                    "localDirs: " + info.localDirs().size() + " of them (expected: 1 to " + MAX_DIRS + ")");
        }
        if (info.shuffleManager().length() > MAX_SHUFFLE_MANAGER) {
            throw new IllegalArgumentException("shuffleManager of "
                    + info.shuffleManager().length() + " characters (expected: at most " + MAX_SHUFFLE_MANAGER + ")");
        }
        checkDistinct(info.localDirs());
    }

    /** Checks that nothing is named twice, such as a directory by its real path. */
    static void checkDistinct(List<?> dirs) {
        Set<Object> seen = new HashSet<>();
        for (Object dir : dirs) {
            if (!seen.add(dir)) {
                throw new IllegalArgumentException("local dir: " + dir + " twice (expected: distinct dirs)");
            }
        }
    }
}
