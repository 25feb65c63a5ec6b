package dev.mesosshuffle.it.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslClient;

/** The client's end of DIGEST-MD5, without encryption. */
public final class SaslProof {
    private static final int TAG = 0xea;
    private static final String USER = "sparkSaslUser";

    private final String appId;
    private final SaslClient client;

    public SaslProof(String appId, String secret) throws IOException {
        this.appId = appId;
        this.client = Sasl.createSaslClient(
                new String[] {"DIGEST-MD5"},
                null,
                null,
                "default",
                Map.of(Sasl.QOP, "auth"),
                callbacks -> answer(callbacks, secret));
    }

    private static void answer(Callback[] callbacks, String secret) {
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                name.setName(base64(USER));
            } else if (callback instanceof PasswordCallback password) {
                password.setPassword(base64(secret).toCharArray());
            } else if (callback instanceof RealmCallback realm) {
                realm.setText(realm.getDefaultText());
            }
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The message that answers the service's token. */
    public byte[] answer(byte[] challenge) throws IOException {
        return message(appId, client.evaluateChallenge(challenge));
    }

    /** The message with a token; the first one has an empty token. */
    public static byte[] message(String appId, byte[] token) {
        return WireMessages.message(TAG, out -> {
            WireMessages.string(out, appId);
            WireMessages.bytes(out, token);
        });
    }
}
