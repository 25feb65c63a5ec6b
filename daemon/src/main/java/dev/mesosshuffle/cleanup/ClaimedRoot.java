package dev.mesosshuffle.cleanup;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The root that a path claims to lie under, by its names alone. Names are compared component by component, because {@code
 * d1} is no parent of {@code d10}.
 *
 * @param configured the root as configured
 * @param dir the path, with the root's real path in place of the spelled one, if it is known
 */
record ClaimedRoot(Path configured, Path dir) {
    /**
     * Finds the innermost root whose configured or real path is a prefix of a path.
     *
     * @param path an absolute path without {@code ..}
     * @param roots the configured roots
     * @param realPaths the real path of each root that was probed successfully
     */
    static Optional<ClaimedRoot> of(Path path, List<Path> roots, Map<Path, Path> realPaths) {
        Path innermost = null;
        ClaimedRoot claim = null;
        for (Path root : roots) {
            Path real = realPaths.getOrDefault(root, root);
            for (Path prefix : List.of(root, real)) {
                if (path.startsWith(prefix)
                        && (innermost == null || prefix.getNameCount() > innermost.getNameCount())) {
                    innermost = prefix;
                    claim = new ClaimedRoot(root, real.resolve(prefix.relativize(path)));
                }
            }
        }
        return Optional.ofNullable(claim);
    }

    /** Returns the innermost of some roots that a path lies under or equals. */
    static Optional<Path> innermost(Path path, Collection<Path> roots) {
        return roots.stream().filter(path::startsWith).max(Comparator.comparingInt(Path::getNameCount));
    }
}
