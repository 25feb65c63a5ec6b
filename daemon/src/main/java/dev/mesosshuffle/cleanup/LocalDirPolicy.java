package dev.mesosshuffle.cleanup;

import com.codahale.metrics.MetricRegistry;
import dev.mesosshuffle.host.ProcessCredentials;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.ExactPaths;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.LocalDirNaming;
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

/**
 * Decides which local dirs are accepted, that is, which dirs may be deleted one day. A dir is accepted if
 *
 * <ul>
 *   <li>it lies under the configured or the real path of an allowed root;
 *   <li>no component below the root is a symbolic link (the root, or something above it, may be one);
 *   <li>its last component is one that Spark gives, {@code blockmgr-UUID}, or {@code blockmgr-*} if so configured, and no
 *       component below the root marks something for deletion;
 *   <li>none of the allowed roots is it or lies in it;
 *   <li>it exists, is a directory, and this process may enter and list it, because otherwise no block of it can be served.
 * </ul>
 *
 * <p>A client's spelling of a dir is judged before any disk is touched: the path must lie under the configured or the real
 * path of a root, by its names. {@link #claimedRoot} determines that root, so that a dir is inspected on the threads of its
 * disk, and {@link #accept} continues from there by real names only. It follows no link, which could lead to another
 * disk. What a reply says about a dir depends on its spelling alone; what was found on the disk is logged.
 *
 * <p>For any thread. {@link #accept} works on the disk.
 */
public final class LocalDirPolicy {
    /** How long a registration waits for a root that did not exist until now; a probe takes a moment. */
    private static final Duration ROOT_TIMEOUT = Duration.ofSeconds(1);

    private final List<Path> allowedRoots;
    private final LocalDirNaming naming;
    private final RootProbers roots;
    private final DirAccess access;
    private final UndeletableDirWarnings undeletable;

    private LocalDirPolicy(
            List<Path> allowedRoots,
            LocalDirNaming naming,
            RootProbers roots,
            DirAccess access,
            UndeletableDirWarnings undeletable) {
        this.allowedRoots = allowedRoots;
        this.naming = naming;
        this.roots = roots;
        this.access = access;
        this.undeletable = undeletable;
    }

    /**
     * Creates a policy.
     *
     * @param allowedRoots the roots, absolute, whether or not they exist yet
     * @param naming which names a dir may have
     * @param roots knows the real paths of the roots
     * @param metrics receives {@code shuffleService.cleanup.undeletableDirs}
     * @return the policy
     * @throws IOException if this process's credentials cannot be read
     * @throws IllegalArgumentException if a root is not absolute
     */
    public static LocalDirPolicy of(
            List<Path> allowedRoots, LocalDirNaming naming, RootProbers roots, MetricRegistry metrics)
            throws IOException {
        return of(allowedRoots, naming, roots, DirAccess.OF_THIS_PROCESS, ProcessCredentials.current(), metrics);
    }

    /**
     * Creates a policy for {@code blockmgr-*} that probes the roots on the caller's thread.
     *
     * @param allowedRoots the roots, absolute, whether or not they exist yet
     * @param metrics receives {@code shuffleService.cleanup.undeletableDirs}
     * @return the policy
     * @throws IOException if this process's credentials cannot be read
     * @throws IllegalArgumentException if a root is not absolute
     */
    public static LocalDirPolicy of(List<Path> allowedRoots, MetricRegistry metrics) throws IOException {
        return of(allowedRoots, DirAccess.OF_THIS_PROCESS, ProcessCredentials.current(), metrics);
    }

    static LocalDirPolicy of(
            List<Path> allowedRoots, DirAccess access, ProcessCredentials identity, MetricRegistry metrics) {
        return of(
                allowedRoots, LocalDirNaming.ANY, RootProbers.inCallersThread(allowedRoots), access, identity, metrics);
    }

    private static LocalDirPolicy of(
            List<Path> allowedRoots,
            LocalDirNaming naming,
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
                naming,
                roots,
                access,
                new UndeletableDirWarnings(identity, metrics.counter("shuffleService.cleanup.undeletableDirs")));
        policy.resolveRoots(Duration.ZERO);
        return policy;
    }

    /** Probes the roots whose real path is not known yet; one that hangs is waited for no longer than the timeout. */
    private void resolveRoots(Duration timeout) {
        Set<Path> resolved = roots.realRoots().keySet();
        List<Path> missing =
                allowedRoots.stream().filter(root -> !resolved.contains(root)).toList();
        if (!missing.isEmpty()) {
            roots.refresh(missing, timeout);
        }
    }

    /** Probes a root if its real path is not known yet; throws if it still is not. Works on that root's disk. */
    private void resolveRoot(Path root) throws IOException {
        if (!roots.realRoots().containsKey(root)) {
            roots.refresh(List.of(root), ROOT_TIMEOUT);
            if (!roots.realRoots().containsKey(root)) {
                var unused = root.toRealPath();
            }
        }
    }

    /**
     * Returns the root that a dir claims to lie under, the innermost if there are several, by its names and by the known
     * real paths of the roots. Does not work on the disk.
     *
     * @param dir the dir as the client spells it
     * @return the root's real path, or the configured one while the real one is unknown; none if the dir is invalid, or is
     *     spelled through a link that is no root
     */
    public Optional<Path> claimedRoot(String dir) {
        try {
            return ClaimedRoot.of(parse(dir), allowedRoots, roots.realRoots())
                    .flatMap(claim -> ClaimedRoot.innermost(claim.dir(), knownRoots()));
        } catch (LocalDirRefusedException e) {
            return Optional.empty();
        }
    }

    /** Returns the real path of each root, or the configured one while the real one is unknown. */
    private Collection<Path> knownRoots() {
        Map<Path, Path> realRoots = roots.realRoots();
        return allowedRoots.stream()
                .map(root -> realRoots.getOrDefault(root, root))
                .toList();
    }

    /**
     * Accepts or refuses a dir that an executor registers. A dir that this process cannot delete is accepted, and the
     * operator is warned.
     *
     * @param dir the dir as the client spells it
     * @return the dir by its real path
     * @throws LocalDirRefusedException if it is refused
     * @throws LocalDirUnknownException if this process lacks the resources to decide now
     */
    public LocalDir accept(String dir) throws LocalDirRefusedException, LocalDirUnknownException {
        Path path = parse(dir);
        try {
            ClaimedRoot claimed = claim(path);
            var unused = checkSpelling(path, claimed);
            resolveRoot(claimed.configured());
            // Again, by the real path that may be known only now.
            LocalDir accepted = checkSpelling(path, claim(path));
            checkDirectories(path, accepted);
            access.check(accepted.path());
            undeletable.warnIf(accepted);
            return accepted;
        } catch (IOException e) {
            throw LocalDirFailures.refusal(path, e);
        }
    }

    /**
     * Checks what can be told of a dir without any disk: its names, if the root that it claims is known.
     *
     * @param dir as a client spells it
     * @throws LocalDirRefusedException if it cannot be accepted, whatever exists
     */
    public void checkSpelling(String dir) throws LocalDirRefusedException {
        Path path = parse(dir);
        Optional<ClaimedRoot> claim = ClaimedRoot.of(path, allowedRoots, roots.realRoots());
        if (claim.isPresent()) {
            var unused = checkSpelling(path, claim.get());
        }
    }

    /** Returns the root that a path claims to lie under. Works on the disks of unknown roots at most. */
    private ClaimedRoot claim(Path path) throws LocalDirRefusedException {
        Optional<ClaimedRoot> claim = ClaimedRoot.of(path, allowedRoots, roots.realRoots());
        if (claim.isEmpty()) {
            // It may be spelled by the real path of a root that did not exist until now.
            resolveRoots(ROOT_TIMEOUT);
            claim = ClaimedRoot.of(path, allowedRoots, roots.realRoots());
        }
        return claim.orElseThrow(() -> isUnderNoRoot(path));
    }

    /** Returns the dir that a path names, if it may be one by its names alone. Does not work on the disk. */
    private LocalDir checkSpelling(Path path, ClaimedRoot claim) throws LocalDirRefusedException {
        Path root = ClaimedRoot.innermost(claim.dir(), knownRoots())
                .filter(known -> !known.equals(claim.dir()))
                .orElseThrow(() -> isUnderNoRoot(path));
        LocalDir dir = new LocalDir(root, claim.dir());
        if (!ExactPaths.isExact(dir.path())) {
            // Its stored path would denote another file, or none.
            throw refusal(path, "a path in UTF-8 that this process's locale can represent");
        }
        checkNames(dir);
        checkHoldsNoRoot(dir);
        return dir;
    }

    private LocalDirRefusedException isUnderNoRoot(Path path) {
        return refusal(path, "a dir under one of the allowed roots, spark.local.dir: " + allowedRoots);
    }

    /** Checks that all components below the root are directories and no links. */
    private static void checkDirectories(Path shown, LocalDir dir) throws IOException, LocalDirRefusedException {
        Path current = dir.root();
        for (Path name : dir.root().relativize(dir.path())) {
            current = current.resolve(name);
            BasicFileAttributes attributes =
                    Files.readAttributes(current, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isSymbolicLink()) {
                throw LocalDirFailures.confidential(shown, "no symbolic link below the root " + dir.root());
            }
            if (!attributes.isDirectory()) {
                throw LocalDirFailures.confidential(shown, "a directory");
            }
        }
    }

    /**
     * Checks an accepted dir's path again before the dir is deleted. Does not work on the disk.
     *
     * @throws LocalDirRefusedException if it would not be accepted now
     */
    void recheck(LocalDir dir) throws LocalDirRefusedException {
        checkRoot(dir);
        checkNames(dir);
        checkHoldsNoRoot(dir);
    }

    /**
     * Returns whether a stored dir is one that an executor could register, as far as its path shows that. While the real
     * path of a root is unknown, because its disk hangs or is not mounted yet, the dir may lie under that one. Before it is
     * deleted, its root is checked again. Does not work on the disk.
     */
    public boolean mayBeRegistered(LocalDir dir) {
        try {
            if (roots.realRoots().keySet().containsAll(allowedRoots)) {
                checkRoot(dir);
            }
            checkNames(dir);
            checkHoldsNoRoot(dir);
            return ExactPaths.isExact(dir.path());
        } catch (LocalDirRefusedException e) {
            return false;
        }
    }

    /** A dir must not contain a disk of its own, whoever gave that such a name. */
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
     * Checks an orphan's path before the orphan is deleted. Does not work on the disk.
     *
     * @param protectedPaths what it must not contain
     * @throws LocalDirRefusedException if a scan would not consider it now
     */
    public void checkOrphan(LocalDir dir, Set<Path> protectedPaths) throws LocalDirRefusedException {
        checkRoot(dir);
        if (!mayBeOrphan(dir.root().relativize(dir.path()))) {
            throw refusal(dir.path(), "a name that Spark creates");
        }
        for (Path other : protectedPaths) {
            if (other.startsWith(dir.path())) {
                throw refusal(dir.path(), "a dir without " + other + " in it");
            }
        }
    }

    /**
     * Returns whether a dir has a name under which it may be deleted though no registry names it.
     *
     * @param below the path from the root to the dir
     */
    public boolean mayBeOrphan(Path below) {
        return LocalDirNames.mayBeOrphan(below, naming);
    }

    /**
     * Returns whether a dir has a name that was accepted once, by another setting or a former version, and is not now.
     *
     * @param orphan whether no registry names it
     */
    boolean hasFormerName(LocalDir dir, boolean orphan) {
        return naming != LocalDirNaming.ANY
                && hasName(dir, orphan, LocalDirNaming.ANY)
                && !hasName(dir, orphan, naming);
    }

    private static boolean hasName(LocalDir dir, boolean orphan, LocalDirNaming naming) {
        return orphan
                ? LocalDirNames.mayBeOrphan(dir.root().relativize(dir.path()), naming)
                : LocalDirNames.isBlockManagerDir(dir.path().getFileName(), naming);
    }

    /** Returns the known real paths of the allowed roots. Does not work on the disk. */
    public Set<Path> realRoots() {
        resolveRoots(Duration.ZERO);
        return Set.copyOf(roots.realRoots().values());
    }

    /** Returns whether work on a root would hang now. */
    public boolean isUnresponsive(Path root) {
        return roots.isUnresponsive(root);
    }

    /** Returns whether the real path of some allowed root is unknown, because its disk hangs or fails. */
    boolean isSomeRootUnknown() {
        return allowedRoots.stream().anyMatch(roots::isUnknown);
    }

    /**
     * Returns whether a real path is an allowed root, or will be once something exists at that path. Does not work on the
     * disk.
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

    private void checkNames(LocalDir dir) throws LocalDirRefusedException {
        Path below = dir.root().relativize(dir.path());
        for (Path name : below) {
            if (LocalDirNames.isMarkedForDeletion(name)) {
                throw refusal(dir.path(), "no name going-*, which marks directories for deletion");
            }
        }
        if (!hasName(dir, false, naming)) {
            throw refusal(
                    dir.path(),
                    naming == LocalDirNaming.SPARK
                            ? "a last component blockmgr-UUID, as Spark gives it"
                            : "a last component blockmgr-*");
        }
    }

    private static LocalDirRefusedException refusal(Path dir, String expected) {
        return LocalDirFailures.refusal(dir, expected);
    }
}
