package dev.mesosshuffle.registry;

import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import java.util.List;

/**
 * An executor whose shuffle files are served.
 *
 * @param id its id
 * @param info what it said of its shuffle files
 * @param dirs where its local dirs really are; {@code dirs.get(i)} is that of {@code info.localDirs().get(i)}
 */
public record RegisteredExecutor(AppExecId id, ExecutorShuffleInfo info, List<LocalDir> dirs) {
    /**
     * Checks that each local dir has its place.
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
