package dev.mesosshuffle.security;

import static dev.mesosshuffle.security.HandshakeFixtures.APP_ID;
import static dev.mesosshuffle.security.HandshakeFixtures.KEY_EXCHANGE_3_5_9;
import static dev.mesosshuffle.security.HandshakeFixtures.SECRET;
import static dev.mesosshuffle.security.HandshakeFixtures.assertFailedProof;
import static dev.mesosshuffle.security.HandshakeFixtures.authenticated;
import static dev.mesosshuffle.security.HandshakeFixtures.bytes;
import static dev.mesosshuffle.security.HandshakeFixtures.everything;
import static dev.mesosshuffle.security.HandshakeFixtures.handshake;
import static dev.mesosshuffle.security.HandshakeFixtures.hex;
import static dev.mesosshuffle.security.HandshakeFixtures.key;
import static dev.mesosshuffle.security.HandshakeFixtures.only;
import static dev.mesosshuffle.security.HandshakeFixtures.refused;
import static dev.mesosshuffle.security.HandshakeFixtures.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import org.apache.spark.network.crypto.SparkKeyExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The key exchange of Spark 3.1.3 and later. */
class KeyExchangeHandshakeTest {
    /** To the recorded message, by the fixed random; Spark 3.5.9 with its private key accepted it and derived what follows. */
    private static final String REPLY =
            "fb0000000d31316531613562372d3030303100000010393a3b3c3d3e3f4041424344454647480000"
                    + "003c494a4b4c4d4e4f50515253547fd4fd69a98027b820e43274b66f4e7460de3530419afbfb655376bcec5b282a60f2604016b035"
                    + "591956fb713610904b";

    private static final String KEY_V1 = "3bb8239db99e45ccbae9bc70cba3296a3e85166670922c8db8a63481e85eee33";
    private static final String KEY_V2 = "c23c8eb334f92765f39062eeddafd0c0";
    private static final String TO_CLIENT = "f94ce2dd7907ee58855e9c1c4c4f88f1";
    private static final String FROM_CLIENT = "e18f689e6c93a8dbc7251bc8941f0592";

    @Test
    void answersAsSparkExpects() throws Exception {
        HandshakeOutcome outcome = handshake(everything(), new FixedRandom()).answer(bytes(KEY_EXCHANGE_3_5_9));

        assertThat(hex(authenticated(outcome).reply())).isEqualTo(REPLY);
        assertThat(authenticated(outcome).appId()).isEqualTo(APP_ID);
        AesSession session = session(outcome);
        assertThat(key(session, KeyVersion.V1)).isEqualTo(KEY_V1);
        assertThat(key(session, KeyVersion.V2)).isEqualTo(KEY_V2);
        assertThat(hex(session.sendIv())).isEqualTo(TO_CLIENT);
        assertThat(hex(session.receiveIv())).isEqualTo(FROM_CLIENT);
        assertThat(session.modes()).containsExactlyInAnyOrder(AesMode.values());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void agreesWithSparksOwnClient(int version) throws Exception {
        SparkKeyExchange client = new SparkKeyExchange(APP_ID, SECRET, version);

        HandshakeOutcome outcome = handshake(everything()).answer(client.challenge());
        client.accept(authenticated(outcome).reply());

        AesSession session = session(outcome);
        assertThat(key(session, version == 1 ? KeyVersion.V1 : KeyVersion.V2)).isEqualTo(hex(client.key()));
        assertThat(session.sendIv()).isEqualTo(client.receiveIv());
        assertThat(session.receiveIv()).isEqualTo(client.sendIv());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s",
                "\u043a\u043b\u044e\u0447 \u9375 \ud83d\udd11",
                "=== a very long secret ================================================================================================================================================================================================================================================================================"
            })
    void agreesWithSparksOwnClientOnAnySecret(String secret) throws Exception {
        SparkKeyExchange client = new SparkKeyExchange("f\u00fcr-alle", secret, 1);

        HandshakeOutcome outcome =
                handshake(everything(), id -> ApplicationSecret.ofText(secret)).answer(client.challenge());
        client.accept(authenticated(outcome).reply());

        assertThat(key(session(outcome), KeyVersion.V1)).isEqualTo(hex(client.key()));
    }

    @ParameterizedTest
    @EnumSource
    void offersAdmittedVersionsOfTheKeyOnly(KeyVersion version) throws Exception {
        AesSession session = session(handshake(only(version)).answer(bytes(KEY_EXCHANGE_3_5_9)));

        assertThat(session.keys()).containsOnlyKeys(version);
    }

    @ParameterizedTest
    @EnumSource
    void offersAdmittedModesOnly(AesMode mode) throws Exception {
        assertThat(session(handshake(only(mode)).answer(bytes(KEY_EXCHANGE_3_5_9)))
                        .modes())
                .containsExactly(mode);
    }

    @Test
    void refusesAnotherSecretForGood() throws Exception {
        assertFailedProof(id -> ApplicationSecret.ofText(SECRET + "!"), KEY_EXCHANGE_3_5_9, RefusalReason.WRONG_SECRET);
    }

    @Test
    void answersForAnUnknownApplicationAsForAWrongSecret() throws Exception {
        assertFailedProof(id -> null, KEY_EXCHANGE_3_5_9, RefusalReason.UNKNOWN_APPLICATION);
    }

    /** Not even who guesses what an unknown application's proof is verified with passes for one. */
    @Test
    void acceptsNoProofForAnUnknownApplication() throws Exception {
        byte[] first = new byte[24];
        new FixedRandom().nextBytes(first);
        SecretSource none = id -> null;
        ServerHandshake handshake = new HandshakeFactory(everything(), none, new FixedRandom()).newHandshake();
        byte[] message = sealed(Base64.getEncoder().encodeToString(first), bytes("09" + "00".repeat(31)));

        assertThat(refused(handshake.answer(message)).reason()).isEqualTo(RefusalReason.UNKNOWN_APPLICATION);
    }

    @Test
    void refusesAProofForAnotherApplication() throws Exception {
        byte[] message = bytes(KEY_EXCHANGE_3_5_9.replace("2d30303031", "2d30303032"));

        assertThat(refused(handshake(everything(), id -> ApplicationSecret.ofText(SECRET))
                        .answer(message)))
                .isEqualTo(new HandshakeOutcome.Refused(
                        RefusalTexts.FAILED, "11e1a5b7-0002", RefusalReason.WRONG_SECRET, false));
    }

    @Test
    void refusesAMessageOfWhichAnyBitWasChanged() throws Exception {
        byte[] message = bytes(KEY_EXCHANGE_3_5_9);
        SecretSource secrets = id -> ApplicationSecret.ofText(SECRET);
        HandshakeFactory factory = new HandshakeFactory(everything(), secrets);
        for (int bit = 0; bit < message.length * 8; bit++) {
            byte[] changed = message.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);

            assertThat(factory.newHandshake().answer(changed))
                    .as("bit %s", bit)
                    .isInstanceOf(HandshakeOutcome.Refused.class);
        }
    }

    @Test
    void makesAnotherSessionOfAReplayedMessage() throws Exception {
        HandshakeFactory factory = new HandshakeFactory(everything(), id -> ApplicationSecret.ofText(SECRET));
        SparkKeyExchange client = new SparkKeyExchange(APP_ID, SECRET, 1);
        client.accept(
                authenticated(factory.newHandshake().answer(client.challenge())).reply());

        AesSession replayed = session(factory.newHandshake().answer(client.challenge()));

        assertThat(key(replayed, KeyVersion.V1)).isNotEqualTo(hex(client.key()));
        assertThat(replayed.receiveIv()).isNotEqualTo(client.sendIv());
    }

    @Test
    void provesToTheClientThatItKnowsTheSecret() throws Exception {
        SparkKeyExchange client = new SparkKeyExchange(APP_ID, SECRET, 1);
        SparkKeyExchange other = new SparkKeyExchange(APP_ID, SECRET, 1);
        HandshakeOutcome toOther = handshake(everything()).answer(other.challenge());

        assertThatThrownBy(() -> client.accept(authenticated(toOther).reply()))
                .isInstanceOf(javax.crypto.AEADBadTagException.class);
    }

    /** With them everybody could compute the session's key; the last two are the same points, not reduced. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "0000000000000000000000000000000000000000000000000000000000000080",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            })
    void refusesPointsOfLowOrder(String point) throws Exception {
        byte[] message = sealed(SECRET, bytes(point));

        HandshakeOutcome.Refused refused = refused(handshake(everything()).answer(message));

        assertThat(refused.error())
                .isEqualTo("java.lang.IllegalArgumentException: public key of low order (expected: one of X25519)");
        assertThat(refused.mayRetry()).isFalse();
    }

    @Test
    void acceptsAnyOtherPoint() throws Exception {
        byte[] message = sealed(SECRET, bytes("09" + "00".repeat(31)));

        assertThat(session(handshake(everything()).answer(message)).keys()).hasSize(2);
    }

    private static byte[] sealed(String secret, byte[] point) throws Exception {
        return new PublicKeySeal(secret.getBytes(StandardCharsets.UTF_8), APP_ID)
                .seal(point, new byte[0], new SecureRandom())
                .encode();
    }
}
