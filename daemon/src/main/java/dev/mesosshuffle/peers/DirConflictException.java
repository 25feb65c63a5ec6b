package dev.mesosshuffle.peers;

import dev.mesosshuffle.database.StoredRemoval;
import dev.mesosshuffle.model.LocalDir;

/**
 * A local directory cannot be registered, because it belongs to another application or is being removed. The message is
 * for the operator.
 */
public final class DirConflictException extends Exception {
    DirConflictException(String message) {
        super(message);
    }

    /** For a directory that another application of this service owns. */
    public static DirConflictException ofAnother(LocalDir dir) {
        return new DirConflictException(
                "local dir " + dir.path() + " belongs to another application (expected: a dir of its own)");
    }

    /** For a directory that is deleted with an application, or as an orphan. */
    public static DirConflictException inRemoval(LocalDir dir, String appId) {
        String why = appId.equals(StoredRemoval.ORPHAN)
                ? "as an orphan, which no registry named"
                : "with application " + appId + ", which has expired";
        return new DirConflictException(
                "local dir " + dir.path() + " is being removed " + why + " (expected: a dir of its own)");
    }

    /** For a directory that the registry of another port names. */
    public static DirConflictException ofAnotherPort(PeerOwner owner) {
        return new DirConflictException("local dir " + owner.described() + " (expected: a dir of its own)");
    }
}
