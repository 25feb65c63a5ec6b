package dev.mesosshuffle.status;

import java.util.List;

/**
 * An executor.
 *
 * @param id its id as it sent it, without control characters; to be escaped
 * @param shuffleManager the class name that it registered, to be escaped
 * @param localDirs the real paths of its directories, to be escaped
 */
public record ExecutorView(String id, String shuffleManager, List<String> localDirs) {
    /** Keeps its own copy of the directories. */
    public ExecutorView {
        localDirs = List.copyOf(localDirs);
    }
}
