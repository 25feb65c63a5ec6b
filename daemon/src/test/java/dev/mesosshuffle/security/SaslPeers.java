package dev.mesosshuffle.security;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.apache.spark.network.sasl.SparkSaslClient;

/**
 * The two ends of a SASL handshake that agreed on encryption: the service's, and Spark's own client.
 *
 * @param server the service's end
 * @param client Spark's
 */
record SaslPeers(SaslServer server, SparkSaslClient client) {
    private static final String USER = "user";
    private static final String SECRET = "a secret of some length";

    static SaslPeers connect() throws SaslException {
        SaslServer server = Sasl.createSaslServer(
                "DIGEST-MD5", null, "default", Map.of(Sasl.QOP, "auth-conf", Sasl.SERVER_AUTH, "true"), callbacks -> {
                    for (Callback callback : callbacks) {
                        answer(callback);
                    }
                });
        SparkSaslClient client = new SparkSaslClient("app", new FixedSecret(), true);
        byte[] token = client.firstToken();
        while (!server.isComplete()) {
            token = client.response(server.evaluateResponse(token));
        }
        return new SaslPeers(server, client);
    }

    private static void answer(Callback callback) {
        if (callback instanceof NameCallback name) {
            name.setName(base64(USER));
        } else if (callback instanceof PasswordCallback password) {
            password.setPassword(base64(SECRET).toCharArray());
        } else if (callback instanceof RealmCallback realm) {
            realm.setText(realm.getDefaultText());
        } else if (callback instanceof AuthorizeCallback authorize) {
            authorize.setAuthorized(true);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final class FixedSecret implements SecretKeyHolder {
        @Override
        public String getSaslUser(String appId) {
            return USER;
        }

        @Override
        public String getSecretKey(String appId) {
            return SECRET;
        }
    }
}
