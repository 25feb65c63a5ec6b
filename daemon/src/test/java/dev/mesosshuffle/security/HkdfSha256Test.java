package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.HandshakeFixtures.bytes;
import static dev.mesosshuffle.security.HandshakeFixtures.hex;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The test vectors of RFC 5869. */
class HkdfSha256Test {
    @Test
    void derivesTheKeysOfTheStandard() throws Exception {
        assertThat(hex(HkdfSha256.derive(
                        bytes("0b".repeat(22)),
                        bytes("000102030405060708090a0b0c"),
                        bytes("f0f1f2f3f4f5f6f7f8f9"),
                        42)))
                .isEqualTo("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    }

    @Test
    void derivesKeysOfSeveralBlocks() throws Exception {
        StringBuilder input = new StringBuilder();
        StringBuilder salt = new StringBuilder();
        StringBuilder info = new StringBuilder();
        for (int i = 0; i < 80; i++) {
            input.append(String.format("%02x", i));
            salt.append(String.format("%02x", 0x60 + i));
            info.append(String.format("%02x", 0xb0 + i));
        }
        assertThat(hex(HkdfSha256.derive(bytes(input.toString()), bytes(salt.toString()), bytes(info.toString()), 82)))
                .isEqualTo("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c6"
                        + "5e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
    }
}
