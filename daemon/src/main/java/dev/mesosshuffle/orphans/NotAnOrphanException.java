package dev.mesosshuffle.orphans;

/** A dir is no orphan. The message is the reason. */
public final class NotAnOrphanException extends Exception {
    NotAnOrphanException(String reason) {
        super(reason);
    }
}
