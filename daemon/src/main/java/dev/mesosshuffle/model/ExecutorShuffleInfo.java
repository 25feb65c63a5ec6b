package dev.mesosshuffle.model;

import dev.mesosshuffle.logging.Sanitizer;
import java.util.List;

/**
 * The layout of an executor's shuffle files, as it registers it.
 *
 * @param localDirs its local dirs, in its own order and spelling; a block's place depends on both
 * @param subDirsPerLocalDir the number of subdirectories of each
 * @param shuffleManager the class name of its shuffle manager; any is accepted
 */
public record ExecutorShuffleInfo(List<String> localDirs, int subDirsPerLocalDir, String shuffleManager) {
    private static final int MAX_LOCAL_DIRS = 1024;
    private static final int MAX_TEXT = 4096;

    /**
     * Checks all parts.
     *
     * @throws IllegalArgumentException if no block could be found with them
     */
    public ExecutorShuffleInfo {
        if (localDirs.isEmpty() || localDirs.size() > MAX_LOCAL_DIRS) {
            throw new IllegalArgumentException(
                    "localDirs: " + localDirs.size() + " of them (expected: 1 to " + MAX_LOCAL_DIRS + ")");
        }
        localDirs = List.copyOf(localDirs);
        for (String dir : localDirs) {
            check("local dir", dir);
        }
        if (subDirsPerLocalDir <= 0) {
            throw new IllegalArgumentException("subDirsPerLocalDir: " + subDirsPerLocalDir + " (expected: > 0)");
        }
        check("shuffleManager", shuffleManager);
    }

    private static void check(String name, String text) {
        if (text.length() > MAX_TEXT || Sanitizer.hasControlCharacter(text)) {
            throw new IllegalArgumentException(name + ": " + Sanitizer.printable(text) + " (expected: at most "
                    + MAX_TEXT + " characters, none of them a control character)");
        }
    }

    /** The form that operators know from Spark's log ({@code ExecutorShuffleInfo} of Spark 2). */
    @Override
    public String toString() {
        return "ExecutorShuffleInfo{localDirs=" + localDirs + ", subDirsPerLocalDir=" + subDirsPerLocalDir
                + ", shuffleManager=" + shuffleManager + '}';
    }
}
