package dev.mesosshuffle.cleanup;

import dev.mesosshuffle.model.LocalDirNaming;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The names that decide what may be deleted. All of them are ASCII, so a name that is not valid text matches none.
 *
 * <pre>
 *   blockmgr-UUID           an executor's dir, the only kind that is ever accepted; blockmgr-* if so configured
 *   going-blockmgr-UUID     the same, from the decision to remove it until it is deleted
 *   going-2-blockmgr-UUID   the same, where the first name was taken
 *   going-rHEX-blockmgr-... the same, where all such names were taken; nobody can take this one before
 *   spark-*, executor-*     parents that are deleted with their last dir
 *   spark-UUID              what Spark creates for a process; other names that begin so are users' own
 * </pre>
 */
public final class LocalDirNames {
    private static final String DELETION_MARK = "going-";

    /** Names that are tried, and searched for after a crash. More than one is in use only if somebody interferes. */
    private static final int MAX_DELETION_NAMES = 8;

    private static final String UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    private static final String COUNT_OR_RANDOM = "([2-8]-|r[0-9a-f]{16}-)?";
    private static final String MAYBE_MARKED = "(going-" + COUNT_OR_RANDOM + ")*";
    private static final Pattern FIRST_MARK = Pattern.compile("^going-" + COUNT_OR_RANDOM);
    private static final Pattern RANDOM_MARK = Pattern.compile("going-r[0-9a-f]{16}-");
    private static final Pattern PROCESS_DIR = Pattern.compile("spark-" + UUID);
    private static final Pattern SPARKS_DIR = Pattern.compile("blockmgr-" + UUID);
    private static final Pattern ANY_DIR = Pattern.compile("blockmgr-.+");
    private static final Pattern MARKS = Pattern.compile("^" + MAYBE_MARKED);
    private static final Pattern EXECUTOR_DIR = Pattern.compile("executor-" + UUID);

    private LocalDirNames() {}

    static boolean isBlockManagerDir(Path name, LocalDirNaming naming) {
        return isBlockManagerDir(name.toString(), naming);
    }

    private static boolean isBlockManagerDir(String name, LocalDirNaming naming) {
        return (naming == LocalDirNaming.SPARK ? SPARKS_DIR : ANY_DIR)
                .matcher(name)
                .matches();
    }

    static boolean isMarkedForDeletion(Path name) {
        return name.toString().startsWith(DELETION_MARK);
    }

    /**
     * Returns whether a dir may be deleted though no registry names it. It must lie in its root, or in a directory that
     * Spark created for a process, and have its original name or one that marks it for deletion.
     *
     * @param below the path from the root to the dir
     * @param naming which names an executor's dir may have
     */
    static boolean mayBeOrphan(Path below, LocalDirNaming naming) {
        String name = MARKS.matcher(below.getFileName().toString()).replaceFirst("");
        return switch (below.getNameCount()) {
            case 1 ->
                isBlockManagerDir(name, naming) || PROCESS_DIR.matcher(name).matches();
            case 2 ->
                isProcessDir(below.getName(0))
                        && (isBlockManagerDir(name, naming)
                                || EXECUTOR_DIR.matcher(name).matches());
            default -> false;
        };
    }

    /** Returns whether Spark created a dir for a process: a standalone worker's holds those of its executors. */
    public static boolean isProcessDir(Path name) {
        return PROCESS_DIR.matcher(name.toString()).matches();
    }

    static boolean isParent(Path name) {
        String text = name.toString();
        return text.startsWith("spark-") || text.startsWith("executor-");
    }

    /**
     * Returns the path that a dir had before it was renamed for its deletion.
     *
     * @param dir a dir with such a name, or any other
     * @return its original path; the same path if it was not renamed
     */
    public static Path originalName(Path dir) {
        return dir.resolveSibling(
                FIRST_MARK.matcher(dir.getFileName().toString()).replaceFirst(""));
    }

    /**
     * Lists the names that mark a dir for deletion. No two dirs share one, because an original name starts with
     * "blockmgr-", "spark-" or "executor-", never with a digit.
     */
    static List<Path> deletionNames(Path name) {
        List<Path> names = new ArrayList<>(MAX_DELETION_NAMES);
        names.add(name.resolveSibling(DELETION_MARK + name));
        for (int i = 2; i <= MAX_DELETION_NAMES; i++) {
            names.add(name.resolveSibling(DELETION_MARK + i + '-' + name));
        }
        return names;
    }

    /** Returns one more such name, which nobody could foresee. */
    static Path randomDeletionName(Path name) {
        return name.resolveSibling(DELETION_MARK
                + 'r'
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong())
                + '-'
                + name);
    }

    /** Returns whether a name is one that {@link #randomDeletionName} may return. */
    static boolean isRandomDeletionName(Path marked, Path name) {
        String text = marked.toString();
        String original = name.toString();
        return text.endsWith(original)
                && RANDOM_MARK
                        .matcher(text.substring(0, text.length() - original.length()))
                        .matches();
    }
}
