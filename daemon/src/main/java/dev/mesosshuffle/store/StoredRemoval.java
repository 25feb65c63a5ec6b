package dev.mesosshuffle.store;

import dev.mesosshuffle.model.Ids;
import dev.mesosshuffle.model.LocalDir;

/**
 * The intent to delete a local dir, kept until the dir is gone.
 *
 * @param dir the dir
 * @param appId the application it belonged to
 */
public record StoredRemoval(LocalDir dir, String appId) {
    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if it is not a valid id
     */
    public StoredRemoval {
        Ids.check("appId", appId);
    }
}
