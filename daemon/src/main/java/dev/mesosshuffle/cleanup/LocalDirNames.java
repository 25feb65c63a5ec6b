package dev.mesosshuffle.cleanup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The names that decide what is deleted. All of them are ASCII, so a name that is not valid text matches none.
 *
 * <pre>
 *   blockmgr-UUID           an executor's dir, the only kind that is ever accepted
 *   going-blockmgr-UUID     the same, from the decision to remove it until it is gone
 *   going-2-blockmgr-UUID   the same, where the first name was taken
 *   spark-*, executor-*     parents that go with their last dir
 *   spark-UUID              what Spark makes for a process; other names that begin so are people's own
 * </pre>
 */
public final class LocalDirNames {
    private static final String BLOCK_MANAGER = "blockmgr-";
    private static final String GOING = "going-";

    /** Names that are tried, and looked for after a crash; more than one is taken only if somebody meddles. */
    private static final int GOING_NAMES = 8;

    private static final String UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    private static final String MAYBE_GOING = "(going-([2-8]-)?)*";
    private static final Pattern oneGoing = Pattern.compile("^going-([2-8]-)?");
    private static final Pattern processDir = Pattern.compile("spark-" + UUID);
    private static final Pattern orphan = Pattern.compile(MAYBE_GOING + "(blockmgr-.+|spark-" + UUID + ")");
    private static final Pattern orphanOfProcess = Pattern.compile(MAYBE_GOING + "(blockmgr-.+|executor-" + UUID + ")");

    private LocalDirNames() {}

    static boolean isBlockManagerDir(Path name) {
        String text = name.toString();
        return text.startsWith(BLOCK_MANAGER) && text.length() > BLOCK_MANAGER.length();
    }

    static boolean isGoing(Path name) {
        return name.toString().startsWith(GOING);
    }

    /**
     * Tells whether a dir may go though no registry names it, by the path to it from its root: it lies there, or in what
     * Spark made for a process, and has its own name or one that it went under.
     */
    public static boolean mayBeOrphan(Path below) {
        String name = below.getFileName().toString();
        return switch (below.getNameCount()) {
            case 1 -> orphan.matcher(name).matches();
            case 2 ->
                isProcessDir(below.getName(0)) && orphanOfProcess.matcher(name).matches();
            default -> false;
        };
    }

    /** Tells whether Spark made a dir for a process: a standalone worker's holds those of its executors. */
    public static boolean isProcessDir(Path name) {
        return processDir.matcher(name.toString()).matches();
    }

    static boolean isParent(Path name) {
        String text = name.toString();
        return text.startsWith("spark-") || text.startsWith("executor-");
    }

    /**
     * Undoes what a dir is renamed to before it goes.
     *
     * @param dir a dir with such a name, or any other
     * @return what it was before; the same if it was not renamed
     */
    public static Path beforeGoing(Path dir) {
        return dir.resolveSibling(oneGoing.matcher(dir.getFileName().toString()).replaceFirst(""));
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
