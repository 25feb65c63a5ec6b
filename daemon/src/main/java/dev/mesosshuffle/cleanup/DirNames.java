package dev.mesosshuffle.cleanup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The names that decide what is deleted. All of them are ASCII, so a name that is not valid text matches none.
 *
 * <pre>
 *   blockmgr-UUID           an executor's dir, the only kind that is ever accepted
 *   going-blockmgr-UUID     the same, from the decision to remove it until it is gone
 *   going-2-blockmgr-UUID   the same, where the first name was taken
 *   spark-*, executor-*     parents that go with their last dir
 * </pre>
 */
final class DirNames {
    private static final String BLOCK_MANAGER = "blockmgr-";
    private static final String GOING = "going-";

    /** Names that are tried, and looked for after a crash; more than one is taken only if somebody meddles. */
    private static final int GOING_NAMES = 8;

    private DirNames() {}

    static boolean isBlockManagerDir(Path name) {
        String text = name.toString();
        return text.startsWith(BLOCK_MANAGER) && text.length() > BLOCK_MANAGER.length();
    }

    static boolean isGoing(Path name) {
        return name.toString().startsWith(GOING);
    }

    static boolean isParent(Path name) {
        String text = name.toString();
        return text.startsWith("spark-") || text.startsWith("executor-");
    }

    /**
     * Lists the names that a dir may go under. No two dirs have one in common, since a dir's own name begins with no
     * number.
     */
    static List<Path> goingNames(Path name) {
        List<Path> names = new ArrayList<>(GOING_NAMES);
        names.add(name.resolveSibling(GOING + name));
        for (int i = 2; i <= GOING_NAMES; i++) {
            names.add(name.resolveSibling(GOING + i + '-' + name));
        }
        return names;
    }
}
