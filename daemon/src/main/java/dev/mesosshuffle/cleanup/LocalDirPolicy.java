package dev.mesosshuffle.cleanup;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.Text;
import dev.mesosshuffle.roots.RootProbers;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which local dirs are accepted, that is: which dirs may be deleted one day. A dir is accepted if
 *
 * <ul>
 *   <li>its real path lies under the real path of an allowed root;
 *   <li>no component below the root is a symbolic link (the root, or something above it, may be one);
 *   <li>its last component is {@code blockmgr-*}, and none below the root is the name of something that is going;
 *   <li>it is there, and is a dir.
 * </ul>
 *
 * <p>May be used by any thread. {@link #accept} works on the disk.
 */
public final class LocalDirPolicy {
    /** How long a registration waits for a root that was not there until now; an answer takes a moment. */
    private static final Duration ROOT_LIMIT = Duration.ofSeconds(1);

    private final List<Path> allowedRoots;
    private final RootProbers roots;
    private final UndeletableDirs undeletable;

    private LocalDirPolicy(List<Path> allowedRoots, RootProbers roots, UndeletableDirs undeletable) {
        this.allowedRoots = allowedRoots;
        this.roots = roots;
        this.undeletable = undeletable;
    }

    /**
     * Makes a policy.
     *
     * @param allowedRoots the roots, absolute, whether or not they exist yet
     * @param roots knows where these really are
     * @param metrics where its metrics go
     * @return the policy
     * @throws IOException if this process cannot learn who it is
     * @throws IllegalArgumentException if a root is not absolute
     */
    public static LocalDirPolicy of(List<Path> allowedRoots, RootProbers roots, MetricRegistry metrics)
            throws IOException {
        return of(allowedRoots, roots, ProcessIdentity.current(), metrics);
    }

    /**
     * Makes a policy that looks at the roots itself, in the caller's thread.
     *
     * @param allowedRoots the roots, absolute, whether or not they exist yet
     * @param metrics where its metrics go
     * @return the policy
     * @throws IOException if this process cannot learn who it is
     * @throws IllegalArgumentException if a root is not absolute
     */
    public static LocalDirPolicy of(List<Path> allowedRoots, MetricRegistry metrics) throws IOException {
        return of(allowedRoots, ProcessIdentity.current(), metrics);
    }

    static LocalDirPolicy of(List<Path> allowedRoots, ProcessIdentity identity, MetricRegistry metrics) {
        return of(allowedRoots, RootProbers.inCallersThread(allowedRoots), identity, metrics);
    }

    private static LocalDirPolicy of(
            List<Path> allowedRoots, RootProbers roots, ProcessIdentity identity, MetricRegistry metrics) {
        for (Path root : allowedRoots) {
            if (!root.isAbsolute()) {
                throw new IllegalArgumentException("root: " + root + " (expected: an absolute path)");
            }
        }
        LocalDirPolicy policy = new LocalDirPolicy(
                List.copyOf(allowedRoots),
                roots,
                new UndeletableDirs(identity, metrics.counter("shuffleService.cleanup.undeletableDirs")));
        policy.refresh(root -> true, Duration.ZERO);
        return policy;
    }

    /** Has roots looked at that were never seen; a look at one of them may hang, and is not waited for then. */
    private void refresh(Predicate<Path> which, Duration limit) {
        Set<Path> seen = roots.realRoots().keySet();
        List<Path> missing = allowedRoots.stream()
                .filter(root -> !seen.contains(root) && which.test(root))
                .toList();
        if (!missing.isEmpty()) {
            roots.refresh(missing, limit);
        }
    }

    /**
     * Accepts or refuses a dir that an executor registers. One that this process could not delete is accepted, and the
     * operator is warned.
     *
     * @param dir the dir as the client spells it
     * @return the dir by its real path
     * @throws LocalDirRefusedException if it is refused
     */
    public LocalDir accept(String dir) throws LocalDirRefusedException {
        Path path = parse(dir);
        Path real = realPath(path);
        boolean isUnderNone = rootOf(real).isEmpty();
        // Only what the dir may lie under: another root may hang.
        refresh(root -> isUnderNone || path.startsWith(root) || real.startsWith(root), ROOT_LIMIT);
        Path root = rootOf(real)
                .orElseThrow(
                        () -> refusal(path, "a dir under one of the allowed roots, spark.local.dir: " + allowedRoots));
        Path below = root.relativize(real);
        // A real path has no links in it, and is what nearly all clients send.
        if (!path.equals(real) && !leadsStraight(path, root, below)) {
            throw refusal(path, "no symbolic link below the root " + root);
        }
        LocalDir accepted = new LocalDir(root, real);
        checkNames(accepted);
        if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
            throw refusal(path, "a directory");
        }
        undeletable.warnIf(accepted);
        return accepted;
    }

    /**
     * Checks an accepted dir again before it is deleted, as far as its path goes. Does not work on the disk.
     *
     * @throws LocalDirRefusedException if it would not be accepted today
     */
    void checkAgain(LocalDir dir) throws LocalDirRefusedException {
        checkRoot(dir);
        checkNames(dir);
    }

    private void checkRoot(LocalDir dir) throws LocalDirRefusedException {
        if (!allows(dir.root())) {
            throw refusal(
                    dir.path(),
                    "its root " + dir.root() + " among the allowed roots, spark.local.dir: " + allowedRoots);
        }
    }

    /**
     * Checks an orphan before it is deleted, as far as its path goes. Does not work on the disk.
     *
     * @param keepOut what it must not hold
     * @throws LocalDirRefusedException if it would not be searched for today
     */
    void checkOrphan(LocalDir dir, Set<Path> keepOut) throws LocalDirRefusedException {
        checkRoot(dir);
        if (!DirNames.mayBeOrphan(dir.root().relativize(dir.path()))) {
            throw refusal(dir.path(), "a name that Spark gives");
        }
        for (Path other : keepOut) {
            if (other.startsWith(dir.path())) {
                throw refusal(dir.path(), "a dir without " + other + " in it");
            }
        }
    }

    /** The real paths of the roots that were seen. Does not work on the disk. */
    Set<Path> realRoots() {
        refresh(root -> true, Duration.ZERO);
        return Set.copyOf(roots.realRoots().values());
    }

    /** Whether work on a root would hang now. */
    boolean isUnresponsive(Path root) {
        return roots.isUnresponsive(root);
    }

    /** Whether some allowed root was never seen, so that it is not known where it is. */
    boolean isSomeRootUnknown() {
        return roots.realRoots().size() < Set.copyOf(allowedRoots).size();
    }

    /**
     * Tells whether a real path is an allowed root, or will be once there is something at that path. Does not work on
     * the disk.
     */
    boolean allows(Path root) {
        Map<Path, Path> realRoots = roots.realRoots();
        return realRoots.containsValue(root) || (allowedRoots.contains(root) && !realRoots.containsKey(root));
    }

    private static Path parse(String dir) throws LocalDirRefusedException {
        Path path;
        try {
            path = Path.of(dir);
        } catch (InvalidPathException e) {
            throw new LocalDirRefusedException("local dir: " + Text.printable(dir) + " (expected: a path)");
        }
        if (!path.isAbsolute()) {
            throw refusal(path, "an absolute path");
        }
        for (Path name : path) {
            if (name.toString().equals("..")) {
                throw refusal(path, "no .. in it");
            }
        }
        return path.normalize();
    }

    private static Path realPath(Path path) throws LocalDirRefusedException {
        try {
            return path.toRealPath();
        } catch (AccessDeniedException e) {
            throw refusal(path, "a directory that this service may look into; does it run as the executors' user?");
        } catch (IOException e) {
            throw refusal(path, "an existing directory");
        }
    }

    /** Finds the innermost root, so that a root may lie in another, even behind a link. */
    private Optional<Path> rootOf(Path real) {
        return roots.realRoots().values().stream()
                .filter(root -> real.startsWith(root) && !real.equals(root))
                .max(Comparator.comparingInt(Path::getNameCount));
    }

    /** Tells whether a path, from where it first reaches the root, goes on to the dir by the dir's real names alone. */
    private static boolean leadsStraight(Path path, Path root, Path below) throws LocalDirRefusedException {
        Path prefix = path.getRoot();
        int names = 0;
        while (prefix != null && !realPath(prefix).equals(root)) {
            if (names == path.getNameCount()) {
                return false;
            }
            prefix = prefix.resolve(path.getName(names));
            names++;
        }
        return names < path.getNameCount()
                && path.subpath(names, path.getNameCount()).equals(below);
    }

    private static void checkNames(LocalDir dir) throws LocalDirRefusedException {
        Path below = dir.root().relativize(dir.path());
        for (Path name : below) {
            if (DirNames.isGoing(name)) {
                throw refusal(dir.path(), "no name going-*, which marks what is being deleted");
            }
        }
        if (!DirNames.isBlockManagerDir(below.getFileName())) {
            throw refusal(dir.path(), "a last component blockmgr-*");
        }
    }

    private static LocalDirRefusedException refusal(Path dir, String expected) {
        return new LocalDirRefusedException(
                "local dir: " + Text.printable(dir.toString()) + " (expected: " + expected + ")");
    }
}
