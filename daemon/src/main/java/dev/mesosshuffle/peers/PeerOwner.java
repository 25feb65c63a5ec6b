package dev.mesosshuffle.peers;

import dev.mesosshuffle.database.StoredRemoval;
import java.nio.file.Path;

/**
 * An entry of another port's registry for a directory.
 *
 * @param registry that registry
 * @param path the path in that registry: the directory, or what lies inside or above it, maybe as another container sees it
 * @param appId the application that owns it
 * @param isRemoval whether it is being removed there
 */
public record PeerOwner(Path registry, String path, String appId, boolean isRemoval) {
    /**
     * Describes the entry.
     *
     * @return for operators and clients
     */
    public String described() {
        String port = String.valueOf(registry.getFileName()).replaceAll("\\D", "");
        String service = "another mesos-shuffle-service on this host, that of port " + port;
        if (!isRemoval) {
            return path + " belongs to application " + appId + " of " + service;
        }
        String why = appId.equals(StoredRemoval.ORPHAN) ? "as an orphan" : "with application " + appId;
        return path + " is being removed " + why + " by " + service;
    }
}
