package dev.mesosshuffle.security;

/**
 * A handler that decrypts records, each as a whole, so that what follows it does not see that one has begun. Confined to the
 * connection's event loop.
 */
public interface RecordCipher {
    /** Whether a record has begun that is not complete. */
    boolean isRecordIncomplete();
}
