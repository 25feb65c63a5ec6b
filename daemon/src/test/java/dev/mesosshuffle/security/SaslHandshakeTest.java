package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.HandshakeFixtures.APP_ID;
import static dev.mesosshuffle.security.HandshakeFixtures.SASL_START;
import static dev.mesosshuffle.security.HandshakeFixtures.SECRET;
import static dev.mesosshuffle.security.HandshakeFixtures.authenticated;
import static dev.mesosshuffle.security.HandshakeFixtures.bytes;
import static dev.mesosshuffle.security.HandshakeFixtures.everything;
import static dev.mesosshuffle.security.HandshakeFixtures.handshake;
import static dev.mesosshuffle.security.HandshakeFixtures.refused;
import static dev.mesosshuffle.security.HandshakeFixtures.saslMessage;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.apache.spark.network.sasl.SparkSaslClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SASL, with Spark's own client. */
class SaslHandshakeTest {
    @Test
    void authenticatesSparksClientWithoutEncryption() throws Exception {
        SparkSaslClient client = client(SECRET, false);

        HandshakeOutcome.Authenticated outcome = authenticated(converse(handshake(everything()), client));

        assertThat(client.response(content(outcome.reply()))).isNull();
        assertThat(client.isComplete()).isTrue();
        assertThat(outcome.appId()).isEqualTo(APP_ID);
        assertThat(outcome.protection()).isEqualTo(new ConnectionProtection.None());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void protectsTheConnectionOfAClientThatWantsEncryption(boolean alwaysEncrypt) throws Exception {
        SparkSaslClient client = client(SECRET, true);

        HandshakeOutcome.Authenticated outcome = authenticated(converse(handshake(sasl(alwaysEncrypt)), client));
        client.response(content(outcome.reply()));

        assertThat(outcome.protection()).isInstanceOf(ConnectionProtection.Sasl.class);
        ConnectionProtection.Sasl protection = (ConnectionProtection.Sasl) outcome.protection();
        assertThat(protection.maxBlockBytes()).isEqualTo(1234);
        byte[] toServer = client.wrap("a request".getBytes(UTF_8), 0, 9);
        assertThat(new String(toServer, UTF_8)).doesNotContain("a request");
        assertThat(protection.server().unwrap(toServer, 0, toServer.length))
                .asString(UTF_8)
                .isEqualTo("a request");
        byte[] toClient = protection.server().wrap("an answer".getBytes(UTF_8), 0, 9);
        assertThat(client.unwrap(toClient, 0, toClient.length)).asString(UTF_8).isEqualTo("an answer");
        client.dispose();
        protection.server().dispose();
    }

    @Test
    void leavesTheServersEndToTheConnectionWhenTheHandshakeIsClosed() throws Exception {
        SparkSaslClient client = client(SECRET, true);
        ServerHandshake handshake = handshake(sasl(true));
        HandshakeOutcome.Authenticated outcome = authenticated(converse(handshake, client));

        handshake.close();

        ConnectionProtection.Sasl protection = (ConnectionProtection.Sasl) outcome.protection();
        assertThat(protection.server().wrap(new byte[9], 0, 9)).hasSizeGreaterThan(9);
    }

    /** Spark's encoder breaks lines after 57 bytes of a secret. */
    @ParameterizedTest
    @ValueSource(ints = {1, 56, 57, 58, 113, 114, 115, 300})
    void authenticatesWithSecretsOfAnyLength(int length) throws Exception {
        String secret = "\u00e9" + "x".repeat(length - 1);
        ServerHandshake handshake = handshake(everything(), id -> ApplicationSecret.ofText(secret));

        authenticated(converse(handshake, client(secret, false)));
    }

    @Test
    void refusesAnotherSecretForGood() throws Exception {
        assertThat(converse(handshake(everything()), client(SECRET + "!", false)))
                .isEqualTo(new HandshakeOutcome.Refused(
                        "java.lang.RuntimeException: javax.security.sasl.SaslException: DIGEST-MD5: digest response format"
                                + " violation. Mismatched response.",
                        APP_ID,
                        RefusalReason.WRONG_SECRET,
                        false));
    }

    @Test
    void answersForAnUnknownApplicationAsForAWrongSecret() throws Exception {
        HandshakeOutcome.Refused unknown =
                refused(converse(handshake(everything(), id -> null), client(SECRET, false)));

        assertThat(unknown.error()).isEqualTo(RefusalTexts.FAILED_SASL);
        assertThat(unknown.reason()).isEqualTo(RefusalReason.UNKNOWN_APPLICATION);
        assertThat(unknown.mayRetry()).isFalse();
    }

    @Test
    void refusesTheFirstAnswerOfAnotherConnection() throws Exception {
        SparkSaslClient client = client(SECRET, false);
        byte[] response =
                client.response(content(continued(handshake(everything()).answer(bytes(SASL_START)))));
        ServerHandshake other = handshake(everything());
        continued(other.answer(bytes(SASL_START)));

        assertThat(refused(other.answer(saslMessage(APP_ID, response))).mayRetry())
                .isFalse();
    }

    @Test
    void refusesAnotherApplicationInTheSecondMessage() throws Exception {
        SparkSaslClient client = client(SECRET, false);
        ServerHandshake handshake = handshake(everything(), id -> ApplicationSecret.ofText(SECRET));
        byte[] response = client.response(content(continued(handshake.answer(bytes(SASL_START)))));

        HandshakeOutcome.Refused refused = refused(handshake.answer(saslMessage("11e1a5b7-0002", response)));

        assertThat(refused.error())
                .isEqualTo(
                        "java.lang.IllegalArgumentException: another application id than before (expected: the same)");
        assertThat(refused.reason()).isEqualTo(RefusalReason.MALFORMED);
        assertThat(refused.mayRetry()).isFalse();
    }

    @Test
    void offersNoEncryptionlessHandshakeIfAllMustEncrypt() throws Exception {
        assertThat(new String(content(continued(handshake(sasl(true)).answer(bytes(SASL_START)))), UTF_8))
                .contains("qop=\"auth-conf\"");
        assertThat(new String(content(continued(handshake(sasl(false)).answer(bytes(SASL_START)))), UTF_8))
                .contains("qop=\"auth-conf,auth\"");
    }

    /** A client that knows the secret, but ignores what is offered, or whose offer somebody changed on the way. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusesAnAnswerWithoutEncryptionIfAllMustEncrypt(boolean alwaysEncrypt) throws Exception {
        ServerHandshake handshake = handshake(sasl(alwaysEncrypt));
        String offer = new String(content(continued(handshake.answer(bytes(SASL_START)))), UTF_8);
        byte[] response = client(SECRET, false)
                .response(offer.replace("qop=\"auth-conf\"", "qop=\"auth-conf,auth\"")
                        .getBytes(UTF_8));

        HandshakeOutcome outcome = handshake.answer(saslMessage(APP_ID, response));

        assertThat(outcome)
                .isInstanceOf(alwaysEncrypt ? HandshakeOutcome.Refused.class : HandshakeOutcome.Authenticated.class);
    }

    /** Somebody between them can remove the strong ciphers from the offer. */
    @ParameterizedTest
    @CsvSource({"3des, ", "des, medium", "rc4-56, medium", "rc4-40, low"})
    void refusesAClientThatWasOfferedWeakCiphersOnly(String cipher, @Nullable String strength) throws Exception {
        ServerHandshake handshake = handshake(sasl(false));
        String offer = new String(content(continued(handshake.answer(bytes(SASL_START)))), UTF_8);
        String changed = offer.replaceFirst("cipher=\"[^\"]*\"", "cipher=\"" + cipher + '"');
        byte[] response = client(SECRET, true).response(changed.getBytes(UTF_8));

        HandshakeOutcome outcome = handshake.answer(saslMessage(APP_ID, response));

        if (strength == null) {
            assertThat(authenticated(outcome).protection()).isInstanceOf(ConnectionProtection.Sasl.class);
        } else {
            assertThat(outcome)
                    .isEqualTo(new HandshakeOutcome.Refused(
                            "java.lang.IllegalArgumentException: encryption of strength " + strength
                                    + " (expected: high)",
                            APP_ID,
                            RefusalReason.NOT_ADMITTED,
                            false));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "charset=utf-8,username=\"a\"", "\u0000", ",,,,", "nonce=\"", "username=\"a\",nc=zzzzzzzz"})
    void refusesTokensThatAreNone(String token) throws Exception {
        ServerHandshake handshake = handshake(everything());
        continued(handshake.answer(bytes(SASL_START)));

        HandshakeOutcome.Refused refused = refused(handshake.answer(saslMessage(APP_ID, token.getBytes(UTF_8))));

        assertThat(refused.error())
                .isEqualTo("java.lang.IllegalArgumentException: token of " + token.length()
                        + " bytes (expected: one of DIGEST-MD5)");
        assertThat(refused.reason()).isEqualTo(RefusalReason.MALFORMED);
        assertThat(refused.mayRetry()).isFalse();
    }

    private static AuthenticationSettings sasl(boolean alwaysEncrypt) {
        return new AuthenticationSettings(
                false, true, alwaysEncrypt, 1234, EnumSet.of(AesMode.CTR), EnumSet.of(KeyVersion.V1));
    }

    private static HandshakeOutcome converse(ServerHandshake handshake, SparkSaslClient client) {
        ByteBuffer challenge = continued(handshake.answer(saslMessage(APP_ID, client.firstToken())));
        return handshake.answer(saslMessage(APP_ID, client.response(content(challenge))));
    }

    private static ByteBuffer continued(HandshakeOutcome outcome) {
        assertThat(outcome).isInstanceOf(HandshakeOutcome.Continued.class);
        return ((HandshakeOutcome.Continued) outcome).reply();
    }

    private static byte[] content(ByteBuffer buffer) {
        byte[] content = new byte[buffer.remaining()];
        buffer.get(content);
        return content;
    }

    private static SparkSaslClient client(String secret, boolean encrypt) {
        return new SparkSaslClient(
                APP_ID,
                new SecretKeyHolder() {
                    @Override
                    public String getSaslUser(String appId) {
                        return "sparkSaslUser";
                    }

                    @Override
                    public String getSecretKey(String appId) {
                        return secret;
                    }
                },
                encrypt);
    }
}
