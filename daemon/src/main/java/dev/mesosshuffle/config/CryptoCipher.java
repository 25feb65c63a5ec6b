package dev.mesosshuffle.config;

/** A value of {@code spark.network.crypto.cipher}. */
public enum CryptoCipher {
    /** {@code AES/CTR/NoPadding}. */
    CTR,
    /** {@code AES/GCM/NoPadding}. */
    GCM;

    /** As it is written in the configuration. */
    String transformation() {
        return "AES/" + name() + "/NoPadding";
    }
}
