package dev.mesosshuffle.database;

import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.LocalDir;
import java.util.List;

/**
 * An executor as the store keeps it.
 *
 * @param id its id
 * @param info what it said of its shuffle files
 * @param dirs where its local dirs really are; {@code dirs.get(i)} is that of {@code info.localDirs().get(i)}
 */
public record StoredExecutor(AppExecId id, ExecutorShuffleInfo info, List<LocalDir> dirs) {
    /**
     * Checks that each local dir has its place, and that each place fits a line.
     *
     * @throws IllegalArgumentException if that is not so
     */
    public StoredExecutor {
        dirs = List.copyOf(dirs);
        if (dirs.size() != info.localDirs().size()) {
            throw new IllegalArgumentException("dirs: " + dirs.size() + " of them (expected: "
                    + info.localDirs().size() + ", as many as local dirs)");
        }
        for (LocalDir dir : dirs) {
            if (dir.path().toString().indexOf('\n') >= 0) {
                throw new IllegalArgumentException(
                        "dir: " + Sanitizer.printable(dir.path().toString()) + " (expected: no line break)");
            }
        }
    }
}
