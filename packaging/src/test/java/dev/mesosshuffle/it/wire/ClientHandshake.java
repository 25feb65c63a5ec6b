package dev.mesosshuffle.it.wire;

import java.io.IOException;
import java.security.GeneralSecurityException;

/** How a client proves that it knows a secret, as the classes of Spark's clients do it on the wire. */
public enum ClientHandshake {
    /** Without encryption. */
    SASL {
        @Override
        public byte[] firstMessage(String appId, String secret) {
            return SaslProof.message(appId, new byte[0]);
        }

        @Override
        public void prove(WireClient client, String appId, String secret) throws IOException, GeneralSecurityException {
            byte[] challenge = WireClient.answer(client.succeed(firstMessage(appId, secret)));
            client.succeed(new SaslProof(appId, secret).answer(challenge));
        }
    },

    /** The one of Spark before 3.1.3. */
    CHALLENGE {
        @Override
        public byte[] firstMessage(String appId, String secret) throws GeneralSecurityException {
            return new ChallengeProof(appId, secret).message();
        }

        @Override
        public void prove(WireClient client, String appId, String secret) throws IOException, GeneralSecurityException {
            ChallengeProof proof = new ChallengeProof(appId, secret);
            proof.protect(client, WireClient.answer(client.succeed(proof.message())));
        }
    },

    /** The one of Spark since 3.1.3, with the first kind of key and AES/CTR. */
    KEY_EXCHANGE {
        @Override
        public byte[] firstMessage(String appId, String secret) throws GeneralSecurityException {
            return new KeyExchangeProof(appId, secret).message();
        }

        @Override
        public void prove(WireClient client, String appId, String secret) throws IOException, GeneralSecurityException {
            KeyExchangeProof proof = new KeyExchangeProof(appId, secret);
            proof.protect(client, WireClient.answer(client.succeed(proof.message())));
        }
    };

    /** What it begins with. */
    public abstract byte[] firstMessage(String appId, String secret) throws GeneralSecurityException;

    /** Does all of it, after which the client may ask; throws {@link IOException} if the service refuses. */
    public abstract void prove(WireClient client, String appId, String secret)
            throws IOException, GeneralSecurityException;
}
