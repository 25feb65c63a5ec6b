package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.HandshakeFixtures.APP_ID;
import static dev.mesosshuffle.security.HandshakeFixtures.CHALLENGE_2_4_8;
import static dev.mesosshuffle.security.HandshakeFixtures.SECRET;
import static dev.mesosshuffle.security.HandshakeFixtures.assertFailedProof;
import static dev.mesosshuffle.security.HandshakeFixtures.authenticated;
import static dev.mesosshuffle.security.HandshakeFixtures.bytes;
import static dev.mesosshuffle.security.HandshakeFixtures.everything;
import static dev.mesosshuffle.security.HandshakeFixtures.handshake;
import static dev.mesosshuffle.security.HandshakeFixtures.hex;
import static dev.mesosshuffle.security.HandshakeFixtures.key;
import static dev.mesosshuffle.security.HandshakeFixtures.refused;
import static dev.mesosshuffle.security.HandshakeFixtures.session;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mesosshuffle.testing.GoldenBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The challenge of clients up to Spark 3.1.2, of which real ones made these messages and accepted these answers. */
class ChallengeHandshakeTest {
    private static final String REPLY_2_4_8 =
            "fb0000002d1e6db4214e3e04a8459f23bd112fbe97086daf499d5321c4de48b5b79e04c8ed"
                    + "41741924b206f38d2e5388dba90000001044a2c3232170f2ec0053ff6c47154b4100000010eefc329134b1331cc1c42288c3bd6e0a"
                    + "00000010a4e7091d79beb3360149e50818bdefb8";

    private static final String CHALLENGE_3_0_3 =
            "fa0000000d31316531613562372d303030310000001250424b44463257697468486d616353"
                    + "48413100000400000000114145532f4354522f4e6f50616464696e6700000080"
                    + "00000010a993bf4f1c3504124dbf2b9016f008d20000002d0d93da1e922136e3bd3abc43c5546195493b28a9a2e5cfccec2a2ef1d7"
                    + "b486579443095a939c40c2ff4a4cbe62";
    private static final String REPLY_3_0_3 =
            "fb0000002d0d93da1e922136e3bd3abc43c5546195493b28a9a2e5cfccec2a2ef1d7b48657"
                    + "9443095a939c40c2ff4a4cbe6300000010685c224e853f57c4318323456f2de177000000106659828e02aee753c38ee5fee80dd882"
                    + "00000010e4016b170350f44d44b36bbee4709c39";

    /** With keys of 256 bits, PBKDF2WithHmacSHA512 and 5,000 iterations. */
    private static final String CHALLENGE_STRONG =
            "fa0000000d31316531613562372d303030310000001450424b44463257697468486d6163"
                    + "5348413531320000138800"
                    + "0000114145532f4354522f4e6f50616464696e6700000100000000209c0dd117c6a6a39a636751ccb06f392da6b13a2560bfe53b8c"
                    + "654d293f9ee4210000004d144299e1e9196953a6d2092299ea4310d1bd24c00c89596be759ae4ed06f7073de95e09c8a7de27d5f65"
                    + "4fe3d01af9df37b3c7af0c26fcae52911829a30ab5deb9abc36bed6e059238a4570e7c";

    private static final String REPLY_STRONG =
            "fb0000004d144299e1e9196953a6d2092299ea4310d1bd24c00c89596be759ae4ed06f707"
                    + "3de95e09c8a7de27d5f654fe3d01af9df37b3c7af0c26fcae52911829a30ab5deb9abc36bed6e059238a4570e7b00000010ce7b20"
                    + "20e0bcc1ff8ffe4db600c2820600000010833222caaa1979a8ca7484bcf2b4f25800000010f0504350bb8c573f6ad642b5fdfc0011";

    @ParameterizedTest
    @CsvSource({
        CHALLENGE_2_4_8 + ',' + REPLY_2_4_8 + ",1b7cdc99c822b5a1de64cc83a31d86f0",
        CHALLENGE_3_0_3 + ',' + REPLY_3_0_3 + ",1b7cdc99c822b5a1de64cc83a31d86f0",
        CHALLENGE_STRONG + ',' + REPLY_STRONG + ",eeeae42b8befdfb7da593d3ab1068fb4fb0e78c814cc92442545ea0933283bb0"
    })
    void answersAsSparkExpects(String challenge, String reply, String key) throws Exception {
        HandshakeOutcome outcome = handshake(everything(), new FixedRandom()).answer(bytes(challenge));

        assertThat(hex(authenticated(outcome).reply())).isEqualTo(reply);
        assertThat(authenticated(outcome).appId()).isEqualTo(APP_ID);
        AesSession session = session(outcome);
        assertThat(session.keys()).containsOnlyKeys(KeyVersion.V1);
        assertThat(key(session, KeyVersion.V1)).isEqualTo(key);
        assertThat(hex(session.sendIv())).isEqualTo("393a3b3c3d3e3f404142434445464748");
        assertThat(hex(session.receiveIv())).isEqualTo("292a2b2c2d2e2f303132333435363738");
        assertThat(session.modes()).containsExactly(AesMode.CTR);
    }

    @Test
    void refusesAnotherSecretForGood() throws Exception {
        assertFailedProof(id -> ApplicationSecret.ofText(SECRET + "!"), CHALLENGE_2_4_8, RefusalReason.WRONG_SECRET);
    }

    @Test
    void answersForAnUnknownApplicationAsForAWrongSecret() throws Exception {
        assertFailedProof(id -> null, CHALLENGE_2_4_8, RefusalReason.UNKNOWN_APPLICATION);
    }

    @Test
    void refusesAProofForAnotherApplication() throws Exception {
        byte[] message = bytes(CHALLENGE_2_4_8.replace("2d30303031", "2d30303032"));

        assertThat(refused(handshake(everything(), id -> ApplicationSecret.ofText(SECRET))
                                .answer(message))
                        .reason())
                .isEqualTo(RefusalReason.WRONG_SECRET);
    }

    /** The answer adds one to the client's number, so there must be one. */
    @Test
    void refusesAChallengeWithoutANumber() throws Exception {
        int number = 16;
        String cut = CHALLENGE_2_4_8
                .substring(0, CHALLENGE_2_4_8.length() - 2 * number)
                .replace("0000002d", "0000001d");

        assertThat(refused(handshake(everything()).answer(bytes(cut))))
                .isEqualTo(
                        new HandshakeOutcome.Refused(RefusalTexts.FAILED, APP_ID, RefusalReason.WRONG_SECRET, false));
    }

    @Test
    void refusesAChallengeThatIsShorterThanWhatItMustHold() throws Exception {
        String cut = CHALLENGE_2_4_8.substring(0, CHALLENGE_2_4_8.indexOf("0000002d")) + "000000011e";

        assertThat(refused(handshake(everything()).answer(bytes(cut))).error()).isEqualTo(RefusalTexts.FAILED);
    }

    @Test
    void makesAnotherSessionOfAReplayedMessage() throws Exception {
        HandshakeFactory factory = new HandshakeFactory(everything(), id -> ApplicationSecret.ofText(SECRET));

        AesSession first = session(factory.newHandshake().answer(bytes(CHALLENGE_2_4_8)));
        AesSession second = session(factory.newHandshake().answer(bytes(CHALLENGE_2_4_8)));

        assertThat(key(first, KeyVersion.V1)).isNotEqualTo(key(second, KeyVersion.V1));
        assertThat(first.receiveIv()).isNotEqualTo(second.receiveIv());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, ChallengeRequest.MAX_ITERATIONS})
    void computesUpToTheMostIterations(int iterations) throws Exception {
        assertThat(refused(answer("PBKDF2WithHmacSHA1", iterations, "AES/CTR/NoPadding", 128))
                        .reason())
                .isEqualTo(RefusalReason.WRONG_SECRET);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, ChallengeRequest.MAX_ITERATIONS + 1, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void refusesOtherIterations(int iterations) throws Exception {
        HandshakeOutcome.Refused refused = refused(answer("PBKDF2WithHmacSHA1", iterations, "AES/CTR/NoPadding", 128));

        assertThat(refused.error())
                .isEqualTo("java.lang.IllegalArgumentException: " + iterations
                        + " iterations: not admitted (expected: 1 to 65536)");
        assertThat(refused.reason()).isEqualTo(RefusalReason.NOT_ADMITTED);
        assertThat(refused.mayRetry()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 192, 256})
    void acceptsTheLengthsOfKeysOfAes(int bits) throws Exception {
        assertThat(refused(answer("PBKDF2WithHmacSHA256", 1, "AES/CTR/NoPadding", bits))
                        .reason())
                .isEqualTo(RefusalReason.WRONG_SECRET);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -128, 127, 512, 1 << 30, Integer.MAX_VALUE})
    void refusesOtherLengths(int bits) throws Exception {
        assertThat(refused(answer("PBKDF2WithHmacSHA256", 1, "AES/CTR/NoPadding", bits))
                        .error())
                .isEqualTo("java.lang.IllegalArgumentException: key of " + bits
                        + " bits: not admitted (expected: 128, 192 or 256)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PBKDF2WithHmacMD5", "PBEWithMD5AndDES", ""})
    void refusesOtherKeyFunctions(String name) throws Exception {
        assertThat(refused(answer(name, 1, "AES/CTR/NoPadding", 128)).error())
                .isEqualTo("java.lang.IllegalArgumentException: key function: not admitted"
                        + " (expected: one of PBKDF2WithHmacSHA1, -SHA256, -SHA512)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AES/CBC/PKCS5Padding", "AES/GCM/NoPadding", "NullCipher", ""})
    void refusesOtherCiphers(String name) throws Exception {
        assertThat(refused(answer("PBKDF2WithHmacSHA1", 1, name, 128)).error())
                .isEqualTo("java.lang.IllegalArgumentException: cipher: not admitted (expected: AES/CTR/NoPadding)");
    }

    private static HandshakeOutcome answer(String keyFunction, int iterations, String cipher, int bits)
            throws Exception {
        return handshake(everything())
                .answer(bytes(GoldenBytes.hex("fa '11e1a5b7-0001' '" + keyFunction + "'"
                        + String.format("%08x", iterations) + "'" + cipher + "'" + String.format("%08x", bits)
                        + "'0123456789abcdef' 'not what the secret makes of the id and the nonce'")));
    }
}
