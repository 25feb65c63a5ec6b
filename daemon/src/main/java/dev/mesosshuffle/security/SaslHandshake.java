package dev.mesosshuffle.security;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.jspecify.annotations.Nullable;

/**
 * The handshake by SASL, of every version of Spark: DIGEST-MD5, in two round trips. One connection's; used by one thread at a time.
 */
final class SaslHandshake {
    static final String MECHANISM = "DIGEST-MD5";

    /** Kept, since its level lasts only as long as it does. The JDK would print a line for whatever a client sends. */
    private static final java.util.logging.Logger JDK_LOGGER =
            java.util.logging.Logger.getLogger("javax.security.sasl");

    static {
        JDK_LOGGER.setLevel(java.util.logging.Level.OFF);
    }

    private static final String REALM = "default";
    private static final String ENCRYPTED = "auth-conf";
    private static final String AUTHENTICATED = "auth";

    /** Triple DES, which Spark's clients choose, and RC4 with a long key. The JDK's server offers weaker ones as well. */
    private static final String STRONG = "high";

    /** Spark's service encodes by Netty, which breaks lines. The password of a long secret has such breaks in it. */
    private static final Base64.Encoder PASSWORD_ENCODER = Base64.getMimeEncoder(76, new byte[] {'\n'});

    private final AuthenticationSettings settings;
    private final SecretLookup secrets;

    private String appId = "";
    private @Nullable SaslServer server;
    private SecretLookup.@Nullable Found found;

    SaslHandshake(AuthenticationSettings settings, SecretLookup secrets) {
        this.settings = settings;
        this.secrets = secrets;
    }

    /** The application of the first message; empty before it. */
    String appId() {
        return appId;
    }

    HandshakeOutcome answer(byte[] message) throws HandshakeException {
        SaslRequest request = SaslRequest.decode(message);
        if (server == null) {
            appId = request.appId();
            server = create(settings, this::answerCallbacks);
        } else if (!appId.equals(request.appId())) {
            throw HandshakeException.malformed("another application id than before (expected: the same)");
        }
        SaslServer current = server;
        byte[] reply = evaluate(current, request.token());
        if (!current.isComplete()) {
            return new HandshakeOutcome.Continued(ByteBuffer.wrap(reply));
        }
        if (found == null || !found.isKnown()) {
            throw new HandshakeException(RefusalReason.UNKNOWN_APPLICATION, RefusalTexts.FAILED_SASL);
        }
        return new HandshakeOutcome.Authenticated(ByteBuffer.wrap(reply), appId, protection(current));
    }

    private byte[] evaluate(SaslServer current, byte[] token) throws HandshakeException {
        try {
            return Objects.requireNonNullElseGet(current.evaluateResponse(token), () -> new byte[0]);
        } catch (SaslException | RuntimeException e) {
            // The token was read up to the proof only if a password was needed to verify it.
            if (found == null) {
                throw HandshakeException.malformed("token of " + token.length + " bytes (expected: one of DIGEST-MD5)");
            }
            throw new HandshakeException(found.refusal(), RefusalTexts.FAILED_SASL);
        }
    }

    private ConnectionProtection protection(SaslServer current) throws HandshakeException {
        if (ENCRYPTED.equals(current.getNegotiatedProperty(Sasl.QOP))) {
            Object strength = current.getNegotiatedProperty(Sasl.STRENGTH);
            if (!STRONG.equals(strength)) {
                throw new HandshakeException(
                        RefusalReason.NOT_ADMITTED,
                        RefusalTexts.illegalArgument("encryption of strength " + strength + " (expected: high)"));
            }
            // It belongs to the connection now.
            server = null;
            return new ConnectionProtection.Sasl(current, settings.maxSaslBlockBytes());
        }
        if (settings.saslAlwaysEncrypt()) {
            throw new HandshakeException(
                    RefusalReason.NOT_ADMITTED, RefusalTexts.illegalArgument("no encryption (expected: auth-conf)"));
        }
        close();
        return new ConnectionProtection.None();
    }

    /** Releases what an unfinished handshake holds. */
    void close() {
        SaslServer current = server;
        server = null;
        if (current != null) {
            try {
                current.dispose();
            } catch (SaslException e) {
                // It holds memory only.
                return;
            }
        }
    }

    /**
     * Creates the server's end.
     *
     * @throws IllegalStateException if this JVM lacks DIGEST-MD5
     */
    static SaslServer create(AuthenticationSettings settings, CallbackHandler callbacks) {
        String qualities = settings.saslAlwaysEncrypt() ? ENCRYPTED : ENCRYPTED + "," + AUTHENTICATED;
        try {
            SaslServer created = Sasl.createSaslServer(
                    MECHANISM, null, REALM, Map.of(Sasl.SERVER_AUTH, "true", Sasl.QOP, qualities), callbacks);
            if (created != null) {
                return created;
            }
        } catch (SaslException e) {
            throw new IllegalStateException(MECHANISM + ": " + e.getMessage(), e);
        }
        throw new IllegalStateException("this JVM has no " + MECHANISM);
    }

    private void answerCallbacks(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                // As with Spark, any name will do: the password is the proof.
                name.setName(Objects.requireNonNullElse(name.getDefaultName(), ""));
            } else if (callback instanceof PasswordCallback password) {
                SecretLookup.Found looked = secrets.find(appId);
                found = looked;
                setPassword(password, looked.secret());
            } else if (callback instanceof RealmCallback realm) {
                realm.setText(realm.getDefaultText());
            } else if (callback instanceof AuthorizeCallback authorize) {
                authorize.setAuthorized(authorize.getAuthenticationID().equals(authorize.getAuthorizationID()));
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private static void setPassword(PasswordCallback callback, ApplicationSecret secret) {
        byte[] utf8 = secret.utf8();
        byte[] encoded = PASSWORD_ENCODER.encode(utf8);
        char[] password = new char[encoded.length];
        for (int i = 0; i < encoded.length; i++) {
            password[i] = (char) encoded[i];
        }
        callback.setPassword(password);
        Arrays.fill(password, '\0');
        Arrays.fill(encoded, (byte) 0);
        Arrays.fill(utf8, (byte) 0);
    }
}
