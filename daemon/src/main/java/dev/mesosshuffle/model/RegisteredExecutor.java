package dev.mesosshuffle.model;

import java.util.List;

/**
 * An executor whose shuffle files are served.
 *
 * @param id its id
 * @param info what it registered of its shuffle files
 * @param dirs the real paths of its local directories; {@code dirs.get(i)} is that of {@code info.localDirs().get(i)}
 */
public record RegisteredExecutor(AppExecId id, ExecutorShuffleInfo info, List<LocalDir> dirs) {
    /**
     * Checks that each local directory has a real path.
     *
     * @throws IllegalArgumentException if there are more of one than of the other
     */
    public RegisteredExecutor {
        dirs = List.copyOf(dirs);
        if (dirs.size() != info.localDirs().size()) {
            throw new IllegalArgumentException("dirs: " + dirs.size() + " of them (expected: "
                    + info.localDirs().size() + ", as many as local dirs)");
        }
    }
}
