package dev.mesosshuffle.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;

/** What tests of handshakes have in common: an application, its secret, and messages that Spark's clients sent for it. */
final class HandshakeFixtures {
    static final String APP_ID = "11e1a5b7-0001";
    static final String SECRET = "a secret of 26 characters!";

    /** Of Spark 2.4.8, with its defaults. */
    static final String CHALLENGE_2_4_8 =
            "fa0000000d31316531613562372d303030310000001250424b44463257697468486d616353484131"
                    + "00000400000000114145532f4354522f4e6f50616464696e6700000080000000108aff6a0d23a9dc003471bb5f7823555b0000002d"
                    + "1e6db4214e3e04a8459f23bd112fbe97086daf499d5321c4de48b5b79e04c8ed41741924b206f38d2e5388dba8";

    /** Of Spark 3.5.9. */
    static final String KEY_EXCHANGE_3_5_9 =
            "fb0000000d31316531613562372d3030303100000010907f6c077fd10130504b0e3acf3d6628"
                    + "0000003cf584f6ea00dfda57053c51fc9964c90ca1b6aed7f3e9b2a53ce3a2d14d4e54aa8138a146b8db4c53181487e0172553bd"
                    + "88c8941b5fe0a6e55e986960";

    /** The first message of SASL, of any version. */
    static final String SASL_START = "ea0000000d31316531613562372d3030303100000000";

    private static final SecureRandom RANDOM = new SecureRandom();

    private HandshakeFixtures() {}

    static AuthenticationSettings everything() {
        return settings(true, true);
    }

    static AuthenticationSettings settings(boolean crypto, boolean sasl) {
        return new AuthenticationSettings(
                crypto, sasl, false, 65_536, EnumSet.allOf(AesMode.class), EnumSet.allOf(KeyVersion.class));
    }

    static AuthenticationSettings only(AesMode mode) {
        return new AuthenticationSettings(true, true, false, 65_536, EnumSet.of(mode), EnumSet.allOf(KeyVersion.class));
    }

    static AuthenticationSettings only(KeyVersion version) {
        return new AuthenticationSettings(true, true, false, 65_536, EnumSet.allOf(AesMode.class), EnumSet.of(version));
    }

    /** One application's handshake, with real randomness. */
    static ServerHandshake handshake(AuthenticationSettings settings) throws GeneralSecurityException {
        return handshake(settings, RANDOM);
    }

    static ServerHandshake handshake(AuthenticationSettings settings, SecureRandom random)
            throws GeneralSecurityException {
        return handshake(settings, Map.of(APP_ID, ApplicationSecret.ofText(SECRET))::get, random);
    }

    static ServerHandshake handshake(AuthenticationSettings settings, SecretSource secrets)
            throws GeneralSecurityException {
        return handshake(settings, secrets, RANDOM);
    }

    private static ServerHandshake handshake(AuthenticationSettings settings, SecretSource secrets, SecureRandom random)
            throws GeneralSecurityException {
        return new HandshakeFactory(settings, secrets, random).newHandshake();
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static String hex(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return hex(bytes);
    }

    static byte[] saslMessage(String appId, byte[] token) {
        byte[] id = appId.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(9 + id.length + token.length)
                .put((byte) 0xEA)
                .putInt(id.length)
                .put(id)
                .putInt(token.length)
                .put(token)
                .array();
    }

    static HandshakeOutcome.Authenticated authenticated(HandshakeOutcome outcome) {
        assertThat(outcome).isInstanceOf(HandshakeOutcome.Authenticated.class);
        return (HandshakeOutcome.Authenticated) outcome;
    }

    static HandshakeOutcome.Refused refused(HandshakeOutcome outcome) {
        assertThat(outcome).isInstanceOf(HandshakeOutcome.Refused.class);
        return (HandshakeOutcome.Refused) outcome;
    }

    /** Asserts that a message is refused for good, with the text that hides why, if these are the secrets. */
    static void assertFailedProof(SecretSource secrets, String message, RefusalReason reason)
            throws GeneralSecurityException {
        assertThat(handshake(everything(), secrets).answer(bytes(message)))
                .isEqualTo(new HandshakeOutcome.Refused(
                        "java.lang.IllegalArgumentException: Authentication failed.", APP_ID, reason, false));
    }

    static AesSession session(HandshakeOutcome outcome) {
        ConnectionProtection protection = authenticated(outcome).protection();
        assertThat(protection).isInstanceOf(ConnectionProtection.Aes.class);
        return ((ConnectionProtection.Aes) protection).session();
    }

    static String key(AesSession session, KeyVersion version) {
        byte[] key = session.keys().get(version);
        assertThat(key).isNotNull();
        return hex(key == null ? new byte[0] : key);
    }
}
