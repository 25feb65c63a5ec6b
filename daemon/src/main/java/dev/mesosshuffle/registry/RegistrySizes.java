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

    /** A claim, its directory and path, and its entries in a map and a list. */
    private static final int CLAIM_BYTES = 250;

    /** A directory between a claim and its root, with its entry in a map. */
    private static final int PARENT_BYTES = 130;

    private static final int STRING_BYTES = 44;
    private static final int BYTES_PER_REFERENCE = 4;

    private RegistrySizes() {}

    static long application(String appId) {
        return APPLICATION_BYTES + text(appId);
    }

    static long executor(RegisteredExecutor executor) {
        List<String> spelled = executor.info().localDirs();
        long bytes = EXECUTOR_BYTES
                + 2L * BYTES_PER_REFERENCE * spelled.size()
                + text(executor.id().execId())
                + text(executor.info().shuffleManager());
        for (int i = 0; i < spelled.size(); i++) {
            String real = executor.dirs().get(i).path().toString();
            bytes += real.equals(spelled.get(i)) ? 0 : text(spelled.get(i));
        }
        return bytes;
    }

    static long claim(LocalDir dir) {
        Path path = dir.path();
        // The bytes of the path and those of its text, and the positions of its names.
        long bytes = CLAIM_BYTES + STRING_BYTES + 2 * length(path.toString()) + 4L * path.getNameCount();
        Path root = dir.root();
        for (Path above = path.getParent(); above != null && !above.equals(root); above = above.getParent()) {
            bytes += PARENT_BYTES + length(above.toString());
        }
        return bytes;
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
