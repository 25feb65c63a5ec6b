package dev.mesosshuffle.model;

import java.nio.file.Path;

/**
 * A local dir that was accepted at registration.
 *
 * @param root the allowed root it lies under, as a real path
 * @param path the dir itself, as a real path
 */
public record LocalDir(Path root, Path path) {
    /**
     * Checks that one lies under the other.
     *
     * @throws IllegalArgumentException if the dir is not below the root, or either is not absolute and normal
     */
    public LocalDir {
        if (!root.isAbsolute() || !path.isAbsolute() || !path.equals(path.normalize())) {
            throw new IllegalArgumentException("local dir: " + path + " under " + root + " (expected: real paths)");
        }
        if (!path.startsWith(root) || path.equals(root)) {
            throw new IllegalArgumentException("local dir: " + path + " (expected: a dir below " + root + ")");
        }
    }
}
