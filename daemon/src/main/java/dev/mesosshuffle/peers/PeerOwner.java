package dev.mesosshuffle.peers;

import dev.mesosshuffle.database.StoredRemoval;
import java.nio.file.Path;

/**
 * Another port's registry names a dir.
 *
 * @param registry that registry
 * @param path what it names: the dir, or what lies inside or above it, or the same dir where another path leads to it
 * @param appId the application that owns it
 * @param isRemoval whether it is still to be deleted there
 */
public record PeerOwner(Path registry, String path, String appId, boolean isRemoval) {
    /**
     * Says who it is.
     *
     * @return for people, clients among them
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
