package dev.mesosshuffle.security;

/** How AES encrypts a connection. */
public enum AesMode {
    /** {@code AES/CTR/NoPadding}: secret, but a changed byte is not noticed. */
    CTR,
    /** {@code AES/GCM/NoPadding}: each message is verified. */
    GCM
}
