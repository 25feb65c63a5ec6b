package dev.mesosshuffle.benchmark.security;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;

/** The client's part of Spark's handshake by SASL: DIGEST-MD5, in two round trips. */
final class SaslHandshake {
    private static final byte TAG = (byte) 0xEA;
    private static final String USER = "sparkSaslUser";
    private static final String REALM = "default";

    private SaslHandshake() {}

    /**
     * Authenticates.
     *
     * @param quality auth, or auth-conf for encryption
     * @return the client, which is complete
     */
    static SaslClient run(HandshakeChannel channel, String appId, String secret, String quality) throws IOException {
        SaslClient client = Sasl.createSaslClient(
                new String[] {"DIGEST-MD5"},
                null,
                null,
                REALM,
                Map.of(Sasl.QOP, quality),
                callbacks -> answer(callbacks, secret));
        if (client == null) {
            throw new IOException("this JVM has no DIGEST-MD5");
        }
        byte[] token = new byte[0];
        while (!client.isComplete()) {
            byte[] challenge = channel.call(message(appId, token));
            token = Objects.requireNonNullElseGet(client.evaluateChallenge(challenge), () -> new byte[0]);
        }
        Object agreed = client.getNegotiatedProperty(Sasl.QOP);
        if (!quality.equals(agreed)) {
            throw new IOException("the service agreed on " + agreed + " (expected: " + quality + ")");
        }
        return client;
    }

    private static byte[] message(String appId, byte[] token) {
        byte[] id = appId.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + 2 * Integer.BYTES + id.length + token.length)
                .put(TAG)
                .putInt(id.length)
                .put(id)
                .putInt(token.length)
                .put(token)
                .array();
    }

    private static void answer(Callback[] callbacks, String secret) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                name.setName(base64(USER));
            } else if (callback instanceof PasswordCallback password) {
                password.setPassword(base64(secret).toCharArray());
            } else if (callback instanceof RealmCallback realm) {
                realm.setText(realm.getDefaultText());
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
