package dev.mesosshuffle.orphans;

/** Something speaks against deleting a dir that may be an orphan. */
public final class NotAnOrphanException extends Exception {
    NotAnOrphanException(String reason) {
        super(reason);
    }
}
