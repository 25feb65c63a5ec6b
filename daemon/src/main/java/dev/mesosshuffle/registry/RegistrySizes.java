package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import java.nio.file.Path;
import java.util.List;

/**
 * How many bytes of heap the parts of the registry occupy, estimated from above for a JVM with compressed references. The
 * same part always has the same size, so that what was reserved for it can be released without being remembered. What is
 * shared, such as an application's id and the text of a directory's real path, counts once, where it is kept.
 */
final class RegistrySizes {
    /** An application here and in {@code liveness}, with its entries in maps and its budget, but without its id. */
    private static final int APPLICATION_BYTES = 1200;

    /** A driver in {@code liveness}, with its address. */
    static final int DRIVER_BYTES = 320;

    /** An executor's records, their two lists, and its entries in two maps. */
    private static final int EXECUTOR_BYTES = 280;

    /** A claim, its directory, its path and the bytes of that, and its entries in a map and a list. */
    private static final int CLAIM_BYTES = 210;

    private static final int STRING_BYTES = 44;
    private static final int BYTES_PER_REFERENCE = 4;

    /** The only shuffle manager of Spark since 2.0. */
    private static final String SORT_SHUFFLE_MANAGER = "org.apache.spark.shuffle.sort.SortShuffleManager";

    private RegistrySizes() {}

    static long application(String appId) {
        return APPLICATION_BYTES + text(appId);
    }

    static long executor(RegisteredExecutor executor) {
        List<String> spelled = executor.info().localDirs();
        long bytes = EXECUTOR_BYTES
                + 2L * BYTES_PER_REFERENCE * spelled.size()
                + text(executor.id().execId())
                + (SORT_SHUFFLE_MANAGER.equals(executor.info().shuffleManager())
                        ? 0
                        : text(executor.info().shuffleManager()));
        for (int i = 0; i < spelled.size(); i++) {
            String real = executor.dirs().get(i).path().toString();
            bytes += real.equals(spelled.get(i)) ? 0 : text(spelled.get(i));
        }
        return bytes;
    }

    static long claim(LocalDir dir) {
        Path path = dir.path();
        // The bytes of the path and those of its text, and the positions of its names.
        return CLAIM_BYTES + STRING_BYTES + 2 * length(path.toString()) + 4L * path.getNameCount();
    }

    /** Returns the same shuffle manager, as one text for all executors that have the one that is not counted. */
    static String sharedShuffleManager(String shuffleManager) {
        return SORT_SHUFFLE_MANAGER.equals(shuffleManager) ? SORT_SHUFFLE_MANAGER : shuffleManager;
    }

    private static long text(String text) {
        return STRING_BYTES + length(text);
    }

    private static long length(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xff) {
                return 2L * text.length();
            }
        }
        return text.length();
    }
}
