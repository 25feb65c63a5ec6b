package dev.mesosshuffle.cleanup;

/** A dir that this service neither accepts nor deletes. The message is fit for the client and for the operator. */
public final class LocalDirRefusedException extends Exception {
    LocalDirRefusedException(String message) {
        super(message);
    }
}
