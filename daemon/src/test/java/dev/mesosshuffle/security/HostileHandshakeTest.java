package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.HandshakeFixtures.CHALLENGE_2_4_8;
import static dev.mesosshuffle.security.HandshakeFixtures.KEY_EXCHANGE_3_5_9;
import static dev.mesosshuffle.security.HandshakeFixtures.SASL_START;
import static dev.mesosshuffle.security.HandshakeFixtures.bytes;
import static dev.mesosshuffle.security.HandshakeFixtures.everything;
import static dev.mesosshuffle.security.HandshakeFixtures.handshake;
import static dev.mesosshuffle.security.HandshakeFixtures.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.GoldenBytes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that no client of Spark sends. */
class HostileHandshakeTest {
    @ParameterizedTest
    @ValueSource(strings = {SASL_START, CHALLENGE_2_4_8, KEY_EXCHANGE_3_5_9})
    void refusesAMessageThatEndsAnywhere(String message) throws Exception {
        byte[] whole = bytes(message);
        for (int length = 1; length < whole.length; length++) {
            HandshakeOutcome.Refused refused = refused(handshake(everything()).answer(Arrays.copyOf(whole, length)));

            assertThat(refused.reason()).as("%s bytes", length).isEqualTo(RefusalReason.MALFORMED);
            assertThat(refused.error())
                    .matches(
                            "java\\.lang\\.IllegalArgumentException: [a-z ]+: the message ends after [0-9]+ bytes of it"
                                    + " \\(expected: [0-9]+\\)");
            assertThat(refused.mayRetry()).isFalse();
        }
    }

    /** Each field that begins with its length, by its place. */
    @ParameterizedTest
    @CsvSource({
        SASL_START + ",1,application id,0 to 2048",
        SASL_START + ",18,token,0 to 4096",
        CHALLENGE_2_4_8 + ",1,application id,0 to 2048",
        CHALLENGE_2_4_8 + ",18,key function,0 to 64",
        CHALLENGE_2_4_8 + ",44,cipher,0 to 64",
        CHALLENGE_2_4_8 + ",69,nonce,1 to 4096",
        CHALLENGE_2_4_8 + ",89,challenge,1 to 4096",
        KEY_EXCHANGE_3_5_9 + ",1,application id,0 to 2048",
        KEY_EXCHANGE_3_5_9 + ",18,salt,16",
        KEY_EXCHANGE_3_5_9 + ",38,public key,60"
    })
    void refusesImpossibleLengths(String message, int place, String field, String expected) throws Exception {
        for (int length : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 1 << 24}) {
            byte[] changed = bytes(message);
            ByteBuffer.wrap(changed).putInt(place, length);

            HandshakeOutcome.Refused refused = refused(handshake(everything()).answer(changed));

            assertThat(refused.error())
                    .isEqualTo("java.lang.IllegalArgumentException: " + field + " of " + length + " bytes (expected: "
                            + expected + ")");
            assertThat(refused.reason()).isEqualTo(RefusalReason.MALFORMED);
        }
    }

    @ParameterizedTest
    @CsvSource({KEY_EXCHANGE_3_5_9 + ",18,salt of 15", KEY_EXCHANGE_3_5_9 + ",38,public key of 59"})
    void refusesFieldsThatAreShorterThanTheirs(String message, int place, String found) throws Exception {
        byte[] changed = bytes(message);
        ByteBuffer buffer = ByteBuffer.wrap(changed);
        buffer.putInt(place, buffer.getInt(place) - 1);

        assertThat(refused(handshake(everything()).answer(changed)).error()).contains(found + " bytes (expected: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {SASL_START, CHALLENGE_2_4_8, KEY_EXCHANGE_3_5_9})
    void refusesWhatFollowsAMessage(String message) throws Exception {
        assertThat(refused(handshake(everything()).answer(bytes(message + "00")))
                        .error())
                .isEqualTo("java.lang.IllegalArgumentException: 1 bytes after the message (expected: none)");
    }

    @ParameterizedTest
    @CsvSource({
        "ea 00000000 00000000,application id of 0 characters (expected: 1 to 512)",
        "ea 00000001 ff 00000000,application id: not UTF-8",
        "ea 00000003 61000a 00000000,application id: a\\u0000\\u000a (expected: no control characters)"
    })
    void refusesImpossibleIds(String message, String error) throws Exception {
        HandshakeOutcome.Refused refused = refused(handshake(everything()).answer(bytes(GoldenBytes.hex(message))));

        assertThat(refused.error()).isEqualTo("java.lang.IllegalArgumentException: " + error);
        assertThat(refused.claimedAppId()).isEmpty();
        assertThat(refused.reason()).isEqualTo(RefusalReason.MALFORMED);
    }

    @Test
    void refusesAnEmptyNonceAndAnEmptyChallenge() throws Exception {
        String begin = "fa 'a' 'PBKDF2WithHmacSHA1' 00000400 'AES/CTR/NoPadding' 00000080";

        assertThat(refused(handshake(everything()).answer(bytes(GoldenBytes.hex(begin + "'' 'x'"))))
                        .error())
                .contains("nonce of 0 bytes (expected: 1 to 4096)");
        assertThat(refused(handshake(everything()).answer(bytes(GoldenBytes.hex(begin + "'x' ''"))))
                        .error())
                .contains("challenge of 0 bytes (expected: 1 to 4096)");
    }
}
