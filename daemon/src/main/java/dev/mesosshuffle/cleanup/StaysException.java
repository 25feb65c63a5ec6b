package dev.mesosshuffle.cleanup;

/** Something speaks against deleting a dir that may be an orphan. */
final class StaysException extends Exception {
    StaysException(String reason) {
        super(reason);
    }
}
