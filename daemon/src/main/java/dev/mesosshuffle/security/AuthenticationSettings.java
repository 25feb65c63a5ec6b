package dev.mesosshuffle.security;

import java.util.EnumSet;
import java.util.Set;

/**
 * Which handshakes are admitted, and which protection.
 *
 * @param crypto whether the handshakes of {@code spark.network.crypto} are admitted
 * @param sasl whether SASL is
 * @param saslAlwaysEncrypt whether SASL without encryption is refused
 * @param maxSaslBlockBytes {@code spark.network.sasl.maxEncryptedBlockSize}
 * @param modes the admitted modes of AES, at least one
 * @param keyVersions the admitted versions of the key, at least one
 */
public record AuthenticationSettings(
        boolean crypto,
        boolean sasl,
        boolean saslAlwaysEncrypt,
        int maxSaslBlockBytes,
        Set<AesMode> modes,
        Set<KeyVersion> keyVersions) {
    /** Keeps its own copies. */
    public AuthenticationSettings {
        modes = Set.copyOf(EnumSet.copyOf(modes));
        keyVersions = Set.copyOf(EnumSet.copyOf(keyVersions));
    }
}
