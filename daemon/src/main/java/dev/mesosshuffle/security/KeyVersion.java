package dev.mesosshuffle.security;

/** How the session's key follows from the key exchange; {@code spark.network.crypto.authEngineVersion}. */
public enum KeyVersion {
    /** The shared secret itself. */
    V1,
    /** Derived from the shared secret by HKDF. */
    V2
}
