package dev.mesosshuffle.store;

import dev.mesosshuffle.model.LocalDir;

/**
 * A local dir cannot be registered, for the store knows that it belongs to another application or is being removed.
 * The message is fit for the client.
 */
public final class DirTakenException extends Exception {
    DirTakenException(String message) {
        super(message);
    }

    static DirTakenException ofAnother(LocalDir dir) {
        return new DirTakenException(
                "local dir " + dir.path() + " belongs to another application (expected: a dir of its own)");
    }

    /** For a dir that is to be deleted with an application, or as an orphan. */
    static DirTakenException inRemoval(LocalDir dir, String appId) {
        String why = appId.equals(StoredRemoval.ORPHAN)
                ? "as an orphan, which no registry named"
                : "with application " + appId + ", which is over";
        return new DirTakenException(
                "local dir " + dir.path() + " is being removed " + why + " (expected: a dir of its own)");
    }

    static DirTakenException ofAnotherPort(ForeignOwner owner) {
        return new DirTakenException("local dir " + owner.described() + " (expected: a dir of its own)");
    }
}
