package dev.mesosshuffle.security;

/** Learns how a connection turned out to be protected. Called on the connection's event loop. */
@FunctionalInterface
public interface ProtectionListener {
    /** The client's first bytes showed how it uses AES. Called at most once. */
    void onDetected(AesMode mode, KeyVersion version);
}
