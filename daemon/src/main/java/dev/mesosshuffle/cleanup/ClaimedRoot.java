package dev.mesosshuffle.cleanup;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which root a path lies on as far as its names tell: component by component, for {@code d1} is no part of {@code d10}.
 *
 * @param configured the root as configured
 * @param dir the path, with the root's real path in place of the way that it is spelled, if that is known
 */
record ClaimedRoot(Path configured, Path dir) {
    /**
     * Finds the innermost root that a path spells, be it by its configured or by its real path.
     *
     * @param path an absolute path without {@code ..}
     * @param roots the configured roots
     * @param realPaths the real path of each that was seen
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

    /** The innermost of some roots that a path lies on or is. */
    static Optional<Path> innermost(Path path, Collection<Path> roots) {
        return roots.stream().filter(path::startsWith).max(Comparator.comparingInt(Path::getNameCount));
    }
}
