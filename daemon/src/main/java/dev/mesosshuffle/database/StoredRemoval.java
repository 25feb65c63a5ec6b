package dev.mesosshuffle.database;

import dev.mesosshuffle.model.IdValidator;
import dev.mesosshuffle.model.LocalDir;
import org.jspecify.annotations.Nullable;

/**
 * The intent to delete a local dir, kept until the dir is gone.
 *
 * @param dir the dir
 * @param appId the application it belonged to; null if it is an orphan, which no registry names
 * @param rootInode the inode of the dir's root when the dir was registered: as long as the root has another one, its disk
 *     is not mounted, and a dir that is not there is not gone; null if that is not known
 */
public record StoredRemoval(
        LocalDir dir, @Nullable String appId, @Nullable Long rootInode) {
    /** What stands in the place of an application's id for an orphan. */
    public static final String ORPHAN = "";

    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if it is not a valid id
     */
    public StoredRemoval {
        if (appId != null) {
            IdValidator.check("appId", appId);
        }
    }
}
