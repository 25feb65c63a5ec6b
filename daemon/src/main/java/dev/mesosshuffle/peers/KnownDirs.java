package dev.mesosshuffle.peers;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The directories that the registries of all ports named at one moment.
 *
 * @param owned local directories of applications
 * @param removals directories that are still to be deleted
 * @param rootInodes the roots of the owned directories, each with the inodes that it had when they were registered
 */
public record KnownDirs(Set<Path> owned, Set<Path> removals, Map<Path, Set<Long>> rootInodes) {
    /** Copies the outer collections. */
    public KnownDirs {
        owned = Set.copyOf(owned);
        removals = Set.copyOf(removals);
        rootInodes = Map.copyOf(rootInodes);
    }

    /**
     * Returns every component of every path. Two services may see one directory at different paths, as containers do, but
     * its name, which is unique, is the same.
     */
    public Set<String> components() {
        Set<String> components = new HashSet<>();
        owned.forEach(path -> path.forEach(name -> components.add(name.toString())));
        removals.forEach(path -> path.forEach(name -> components.add(name.toString())));
        return components;
    }
}
