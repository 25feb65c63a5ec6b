package dev.mesosshuffle.cleanup;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.ExactPaths;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.probes.RootProbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Collection;
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
 *   <li>none of the allowed roots is it or lies in it;
 *   <li>it is there, is a dir, and this process may enter and list it, for else nobody could fetch a block of it.
 * </ul>
 *
 * <p>How a client spells a dir decides nothing but the root that it claims: {@link #claimedRoot} tells it from names alone,
 * so that a dir is looked at on the threads of that root's disk, and {@link #accept} goes on from there by real names only.
 * It follows no link below a root, which could lead to another disk.
 *
 * <p>May be used by any thread. {@link #accept} works on the disk.
 */
public final class LocalDirPolicy {
    /** How long a registration waits for a root that was not there until now; an answer takes a moment. */
    private static final Duration ROOT_LIMIT = Duration.ofSeconds(1);

    private final List<Path> allowedRoots;
    private final RootProbers roots;
    private final DirAccess access;
    private final UndeletableDirWarnings undeletable;

    private LocalDirPolicy(
            List<Path> allowedRoots, RootProbers roots, DirAccess access, UndeletableDirWarnings undeletable) {
        this.allowedRoots = allowedRoots;
        this.roots = roots;
        this.access = access;
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
        return of(allowedRoots, roots, DirAccess.OF_THIS_PROCESS, ProcessCredentials.current(), metrics);
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
        return of(allowedRoots, DirAccess.OF_THIS_PROCESS, ProcessCredentials.current(), metrics);
    }

    static LocalDirPolicy of(
            List<Path> allowedRoots, DirAccess access, ProcessCredentials identity, MetricRegistry metrics) {
        return of(allowedRoots, RootProbers.inCallersThread(allowedRoots), access, identity, metrics);
    }

    private static LocalDirPolicy of(
            List<Path> allowedRoots,
            RootProbers roots,
            DirAccess access,
            ProcessCredentials identity,
            MetricRegistry metrics) {
        for (Path root : allowedRoots) {
            if (!root.isAbsolute()) {
                throw new IllegalArgumentException("root: " + root + " (expected: an absolute path)");
            }
        }
        LocalDirPolicy policy = new LocalDirPolicy(
                List.copyOf(allowedRoots),
                roots,
                access,
                new UndeletableDirWarnings(identity, metrics.counter("shuffleService.cleanup.undeletableDirs")));
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

    /** Has a root looked at that was never seen; if it still is not, says why. Works on that root's disk. */
    private void findRoot(Path root) throws IOException {
        if (!roots.realRoots().containsKey(root)) {
            roots.refresh(List.of(root), ROOT_LIMIT);
            if (!roots.realRoots().containsKey(root)) {
                var unused = root.toRealPath();
            }
        }
    }

    /**
     * Tells which root a dir claims to lie under, the innermost if there are several, going by its names and by what is
     * known of the roots. Does not work on the disk, so any thread may ask.
     *
     * @param dir the dir as the client spells it
     * @return the root's real path, or the configured one while it was not seen yet; none if the dir is to be refused, or
     *     is spelled by way of a link that is no root
     */
    public Optional<Path> claimedRoot(String dir) {
        try {
            return ClaimedRoot.of(parse(dir), allowedRoots, roots.realRoots())
                    .flatMap(claim -> ClaimedRoot.innermost(claim.dir(), knownRoots()));
        } catch (LocalDirRefusedException e) {
            return Optional.empty();
        }
    }

    /** The real path of each root, or the configured one while it was not seen yet. */
    private Collection<Path> knownRoots() {
        Map<Path, Path> realRoots = roots.realRoots();
        return allowedRoots.stream()
                .map(root -> realRoots.getOrDefault(root, root))
                .toList();
    }

    /**
     * Accepts or refuses a dir that an executor registers. One that this process could not delete is accepted, and the
     * operator is warned.
     *
     * @param dir the dir as the client spells it
     * @return the dir by its real path
     * @throws LocalDirRefusedException if it is refused
     * @throws LocalDirUnknownException if this process lacks what it needs to tell, for now
     */
    public LocalDir accept(String dir) throws LocalDirRefusedException, LocalDirUnknownException {
        Path path = parse(dir);
        try {
            Optional<ClaimedRoot> claim = ClaimedRoot.of(path, allowedRoots, roots.realRoots());
            if (claim.isPresent()) {
                findRoot(claim.get().configured());
                // By its real path, if it was not seen before.
                claim = ClaimedRoot.of(path, allowedRoots, roots.realRoots());
            }
            LocalDir accepted = claim.isPresent() ? below(path, claim.get().dir()) : behindLinks(path);
            if (!ExactPaths.isExact(accepted.path())) {
                // What is stored of it would mean another file, or none.
                throw refusal(path, "a real path in UTF-8, which this process's locale can spell");
            }
            checkNames(accepted);
            checkHoldsNoRoot(accepted);
            access.check(accepted.path());
            undeletable.warnIf(accepted);
            return accepted;
        } catch (IOException e) {
            throw LocalDirFailures.refusal(path, e);
        }
    }

    /** The dir at a real path, if no link and nothing but dirs lead there from its root. */
    private LocalDir below(Path shown, Path real) throws IOException, LocalDirRefusedException {
        LocalDir dir = new LocalDir(rootOf(shown, real), real);
        Path current = dir.root();
        for (Path name : dir.root().relativize(real)) {
            current = current.resolve(name);
            BasicFileAttributes attributes =
                    Files.readAttributes(current, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isSymbolicLink()) {
                throw refusal(shown, "no symbolic link below the root " + dir.root());
            }
            if (!attributes.isDirectory()) {
                throw refusal(shown, "a directory");
            }
        }
        return dir;
    }

    /** The dir at a path that no root is known to lie on. */
    private LocalDir behindLinks(Path path) throws IOException, LocalDirRefusedException {
        refresh(root -> true, ROOT_LIMIT);
        Path real = path.toRealPath();
        LocalDir dir = below(path, real);
        if (!leadsStraight(path, dir.root(), dir.root().relativize(real))) {
            throw refusal(path, "no symbolic link below the root " + dir.root());
        }
        return dir;
    }

    /**
     * Checks an accepted dir again before it is deleted, as far as its path goes. Does not work on the disk.
     *
     * @throws LocalDirRefusedException if it would not be accepted today
     */
    void checkAgain(LocalDir dir) throws LocalDirRefusedException {
        checkRoot(dir);
        checkNames(dir);
        checkHoldsNoRoot(dir);
    }

    /** What is deleted with a dir must not be a disk of its own, whoever gave it such a name. */
    private void checkHoldsNoRoot(LocalDir dir) throws LocalDirRefusedException {
        for (Path root : knownRoots()) {
            if (root.startsWith(dir.path())) {
                throw refusal(dir.path(), "a dir without the allowed root " + root + " in it");
            }
        }
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
    public void checkOrphan(LocalDir dir, Set<Path> keepOut) throws LocalDirRefusedException {
        checkRoot(dir);
        if (!LocalDirNames.mayBeOrphan(dir.root().relativize(dir.path()))) {
            throw refusal(dir.path(), "a name that Spark gives");
        }
        for (Path other : keepOut) {
            if (other.startsWith(dir.path())) {
                throw refusal(dir.path(), "a dir without " + other + " in it");
            }
        }
    }

    /** The real paths of the roots that were seen. Does not work on the disk. */
    public Set<Path> realRoots() {
        refresh(root -> true, Duration.ZERO);
        return Set.copyOf(roots.realRoots().values());
    }

    /** Whether work on a root would hang now. */
    public boolean isUnresponsive(Path root) {
        return roots.isUnresponsive(root);
    }

    /** Whether it is not known yet where some allowed root is: its disk hangs, or gives errors. */
    boolean isSomeRootUnknown() {
        return allowedRoots.stream().anyMatch(roots::isUnknown);
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
            path = ExactPaths.of(dir);
        } catch (InvalidPathException e) {
            throw new LocalDirRefusedException(
                    "local dir: " + Sanitizer.printable(dir) + " (expected: a path; " + e.getReason() + ")");
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

    /** Finds the innermost root, so that a root may lie in another, even behind a link. */
    private Path rootOf(Path shown, Path real) throws LocalDirRefusedException {
        return ClaimedRoot.innermost(real, roots.realRoots().values())
                .filter(root -> !real.equals(root))
                .orElseThrow(
                        () -> refusal(shown, "a dir under one of the allowed roots, spark.local.dir: " + allowedRoots));
    }

    /** Tells whether a path, from where it first reaches the root, goes on to the dir by the dir's real names alone. */
    private static boolean leadsStraight(Path path, Path root, Path below) throws IOException {
        Path prefix = path.getRoot();
        int names = 0;
        while (prefix != null && !prefix.toRealPath().equals(root)) {
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
            if (LocalDirNames.isGoing(name)) {
                throw refusal(dir.path(), "no name going-*, which marks what is being deleted");
            }
        }
        if (!LocalDirNames.isBlockManagerDir(below.getFileName())) {
            throw refusal(dir.path(), "a last component blockmgr-*");
        }
    }

    private static LocalDirRefusedException refusal(Path dir, String expected) {
        return LocalDirFailures.refusal(dir, expected);
    }
}
