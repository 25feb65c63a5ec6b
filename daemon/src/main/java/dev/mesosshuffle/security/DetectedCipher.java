package dev.mesosshuffle.security;

/** How a client uses AES. */
record DetectedCipher(AesMode mode, KeyVersion version) {}
