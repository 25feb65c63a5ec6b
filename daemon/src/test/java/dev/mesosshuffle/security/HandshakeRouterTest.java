package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.HandshakeFixtures.APP_ID;
import static dev.mesosshuffle.security.HandshakeFixtures.CHALLENGE_2_4_8;
import static dev.mesosshuffle.security.HandshakeFixtures.KEY_EXCHANGE_3_5_9;
import static dev.mesosshuffle.security.HandshakeFixtures.SASL_START;
import static dev.mesosshuffle.security.HandshakeFixtures.SECRET;
import static dev.mesosshuffle.security.HandshakeFixtures.authenticated;
import static dev.mesosshuffle.security.HandshakeFixtures.bytes;
import static dev.mesosshuffle.security.HandshakeFixtures.everything;
import static dev.mesosshuffle.security.HandshakeFixtures.handshake;
import static dev.mesosshuffle.security.HandshakeFixtures.only;
import static dev.mesosshuffle.security.HandshakeFixtures.refused;
import static dev.mesosshuffle.security.HandshakeFixtures.saslMessage;
import static dev.mesosshuffle.security.HandshakeFixtures.settings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.GoldenBytes;
import dev.mesosshuffle.testing.LogCapture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which handshakes are admitted, and in which order. */
class HandshakeRouterTest {
    private static final String NO_SASL =
            "java.lang.IllegalStateException: Expected SaslMessage, received something else"
                    + " (maybe your client does not have SASL enabled?)";

    @ParameterizedTest
    @ValueSource(strings = {CHALLENGE_2_4_8, KEY_EXCHANGE_3_5_9})
    void letsAClientGoOnWithSaslWhereOnlyThatIsAdmitted(String message) throws Exception {
        ServerHandshake handshake = handshake(settings(false, true));

        assertThat(handshake.answer(bytes(message)))
                .isEqualTo(new HandshakeOutcome.Refused(NO_SASL, APP_ID, RefusalReason.NOT_ADMITTED, true));
        assertThat(handshake.answer(bytes(SASL_START))).isInstanceOf(HandshakeOutcome.Continued.class);
    }

    @Test
    void letsAClientGoOnOnce() throws Exception {
        ServerHandshake handshake = handshake(settings(false, true));
        handshake.answer(bytes(KEY_EXCHANGE_3_5_9));

        assertThat(refused(handshake.answer(bytes(KEY_EXCHANGE_3_5_9))).mayRetry())
                .isFalse();
        assertThat(refused(handshake.answer(bytes(SASL_START))).reason()).isEqualTo(RefusalReason.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {CHALLENGE_2_4_8, KEY_EXCHANGE_3_5_9})
    void refusesForGoodWhereNothingIsLeftToGoOnWith(String message) throws Exception {
        assertThat(refused(handshake(settings(false, false)).answer(bytes(message)))
                        .mayRetry())
                .isFalse();
    }

    @Test
    void refusesSaslWhereOnlyKeyExchangeIsAdmitted() throws Exception {
        ServerHandshake handshake = handshake(settings(true, false));

        assertThat(handshake.answer(bytes(SASL_START)))
                .isEqualTo(new HandshakeOutcome.Refused(
                        "java.lang.IllegalArgumentException: Unknown challenge message.",
                        APP_ID,
                        RefusalReason.NOT_ADMITTED,
                        false));
        assertThat(refused(handshake.answer(bytes(KEY_EXCHANGE_3_5_9))).reason())
                .isEqualTo(RefusalReason.MALFORMED);
    }

    /** The first releases know the application's id only later; they come back with it by SASL. */
    @Test
    void letsAClientOfTheFirstReleaseGoOnWithSasl() throws Exception {
        byte[] message = bytes(GoldenBytes.hex("fa 'sparkSaslUser' 'PBKDF2WithHmacSHA1' 00000400 'AES/CTR/NoPadding'"
                + "00000080 '0123456789abcdef' 'a challenge that is not looked at'"));
        ServerHandshake handshake = handshake(everything());

        assertThat(handshake.answer(message))
                .isEqualTo(new HandshakeOutcome.Refused(
                        "java.lang.IllegalArgumentException: Authentication failed.",
                        "sparkSaslUser",
                        RefusalReason.NOT_ADMITTED,
                        true));
        assertThat(handshake.answer(bytes(SASL_START))).isInstanceOf(HandshakeOutcome.Continued.class);
    }

    @Test
    void refusesTheOldChallengeWhereItsCipherOrKeyIsNotAdmitted() throws Exception {
        assertThat(refused(handshake(only(AesMode.GCM)).answer(bytes(CHALLENGE_2_4_8)))
                        .reason())
                .isEqualTo(RefusalReason.NOT_ADMITTED);
        assertThat(refused(handshake(only(KeyVersion.V2)).answer(bytes(CHALLENGE_2_4_8)))
                        .mayRetry())
                .isTrue();
        authenticated(handshake(only(AesMode.CTR)).answer(bytes(CHALLENGE_2_4_8)));
        authenticated(handshake(only(KeyVersion.V1)).answer(bytes(CHALLENGE_2_4_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {CHALLENGE_2_4_8, KEY_EXCHANGE_3_5_9, "00", ""})
    void refusesEverythingElseWhileSaslIsInProgress(String message) throws Exception {
        ServerHandshake handshake = handshake(everything());
        handshake.answer(bytes(SASL_START));

        HandshakeOutcome.Refused refused = refused(handshake.answer(bytes(message)));

        assertThat(refused.error()).isEqualTo(NO_SASL);
        assertThat(refused.reason()).isEqualTo(RefusalReason.MALFORMED);
        assertThat(refused.mayRetry()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {SASL_START, CHALLENGE_2_4_8, KEY_EXCHANGE_3_5_9})
    void refusesASecondHandshake(String message) throws Exception {
        ServerHandshake handshake = handshake(everything());
        authenticated(handshake.answer(bytes(KEY_EXCHANGE_3_5_9)));

        assertThat(handshake.answer(bytes(message)))
                .isEqualTo(new HandshakeOutcome.Refused(
                        "java.lang.IllegalArgumentException: a second handshake (expected: one)",
                        APP_ID,
                        RefusalReason.MALFORMED,
                        false));
    }

    /** Such as a message of a client without authentication. */
    @ParameterizedTest
    @ValueSource(strings = {"", "00", "05", "ff", "eb", "0000000141"})
    void refusesWhatIsNoHandshake(String message) throws Exception {
        assertThat(handshake(everything()).answer(bytes(message)))
                .isEqualTo(new HandshakeOutcome.Refused(NO_SASL, "", RefusalReason.NO_HANDSHAKE, false));
        assertThat(refused(handshake(settings(true, false)).answer(bytes(message)))
                        .error())
                .isEqualTo("java.lang.IllegalArgumentException: Unknown challenge message.");
    }

    @Test
    void refusesAMessageThatIsTooLong() throws Exception {
        byte[] longest = saslMessage(APP_ID, new byte[ServerHandshake.MAX_MESSAGE_BYTES - 9 - APP_ID.length()]);
        byte[] tooLong = saslMessage(APP_ID, new byte[longest.length - 8 - APP_ID.length()]);

        assertThat(longest).hasSize(4096);
        assertThat(tooLong).hasSize(4097);
        assertThat(handshake(everything()).answer(longest)).isInstanceOf(HandshakeOutcome.Continued.class);
        assertThat(refused(handshake(everything()).answer(tooLong)).error())
                .isEqualTo("java.lang.IllegalArgumentException: message of 4097 bytes (expected: up to 4096)");
    }

    @Test
    void mayBeClosedAtAnyTime() throws Exception {
        ServerHandshake handshake = handshake(everything());
        handshake.close();
        handshake.answer(bytes(SASL_START));
        handshake.close();
        handshake.close();
    }

    @Test
    void saysNothingInTheLogOfWhatClientsSend() throws Exception {
        try (LogCapture log = LogCapture.ofPackages(HandshakeRouter.class)) {
            for (String message : new String[] {CHALLENGE_2_4_8 + "00", KEY_EXCHANGE_3_5_9 + "00", "ea", "", "00"}) {
                refused(handshake(everything()).answer(bytes(message)));
            }
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void neverShowsASecret() throws Exception {
        HandshakeOutcome outcome = handshake(everything()).answer(bytes(KEY_EXCHANGE_3_5_9));

        assertThat(outcome.toString()).doesNotContain(SECRET).contains("AesSession[");
        assertThat(ApplicationSecret.ofText(SECRET).toString()).isEqualTo("(secret)");
    }
}
