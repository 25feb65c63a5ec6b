package dev.mesosshuffle.database;

import dev.mesosshuffle.model.IdValidator;
import dev.mesosshuffle.model.LocalDir;
import org.jspecify.annotations.Nullable;

/**
 * The intent to delete a local directory, kept until the directory is deleted.
 *
 * @param dir the directory
 * @param appId the application that it belonged to; null if it is an orphan, which no registry names
 * @param rootInode the inode of its root when it was registered: as long as the root has another one, its disk is not
 *     mounted, and a missing directory is not evidence of its deletion; null if unknown
 */
public record StoredRemoval(
        LocalDir dir, @Nullable String appId, @Nullable Long rootInode) {
    /** Stored instead of an application's id for an orphan. */
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
