package dev.mesosshuffle.benchmark.security;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Map;
import javax.net.ssl.SSLContext;

/** How connections are protected. */
public enum Protection {
    /** Not at all. */
    NONE(Map.of()) {
        @Override
        WireCodec handshake(SocketChannel channel, String appId) {
            return WireCodec.unchanged();
        }
    },

    /** Clients authenticate by SASL; nothing is encrypted. */
    SASL(Map.of("spark.authenticate", "true")) {
        @Override
        WireCodec handshake(SocketChannel channel, String appId) throws IOException {
            SaslHandshake.run(new HandshakeChannel(channel), appId, SECRET, "auth")
                    .dispose();
            return WireCodec.unchanged();
        }
    },

    /** SASL encrypts, by the cipher that the JDK's clients choose: triple DES. */
    AUTH_CONF(Map.of("spark.authenticate", "true", "spark.authenticate.enableSaslEncryption", "true")) {
        @Override
        WireCodec handshake(SocketChannel channel, String appId) throws IOException {
            return new SaslCodec(SaslHandshake.run(new HandshakeChannel(channel), appId, SECRET, "auth-conf"));
        }
    },

    /** Spark's own protocol with AES/CTR, its default. */
    CTR(Map.of("spark.authenticate", "true", "spark.network.crypto.enabled", "true")) {
        @Override
        WireCodec handshake(SocketChannel channel, String appId) throws IOException, GeneralSecurityException {
            return new CtrCodec(keys(channel, appId));
        }
    },

    /** Spark's own protocol with AES/GCM. */
    GCM(Map.of(
            "spark.authenticate",
            "true",
            "spark.network.crypto.enabled",
            "true",
            "spark.network.crypto.cipher",
            "AES/GCM/NoPadding")) {
        @Override
        WireCodec handshake(SocketChannel channel, String appId) throws IOException, GeneralSecurityException {
            return new GcmCodec(keys(channel, appId), RANDOM);
        }
    },

    /** TLS with the defaults of Spark 4's clients; nobody authenticates. */
    TLS(Map.of("spark.ssl.rpc.enabled", "true")) {
        @Override
        WireCodec handshake(SocketChannel channel, String appId) throws IOException, GeneralSecurityException {
            return TlsCodec.connect(channel, TlsClient.CONTEXT);
        }
    };

    /** Of services and clients; it protects nothing but the files of the benchmark. */
    public static final String SECRET = "the secret of the benchmark's applications";

    private static final SecureRandom RANDOM = new SecureRandom();

    @SuppressWarnings("ImmutableEnumChecker") // Of Map.of.
    private final Map<String, String> settings;

    Protection(Map<String, String> settings) {
        this.settings = settings;
    }

    /** What every service is configured with for it, but for secrets and keys. */
    public Map<String, String> settings() {
        return settings;
    }

    /**
     * Does the handshake of a client.
     *
     * @param channel blocking and connected
     * @param appId by which it authenticates
     * @return what encodes whatever comes behind
     * @throws IOException if the service refuses, or answers what cannot be verified
     */
    public WireCodec protect(SocketChannel channel, String appId) throws IOException {
        try {
            return handshake(channel, appId);
        } catch (GeneralSecurityException e) {
            throw new IOException("the handshake by " + this + " failed: " + e, e);
        }
    }

    abstract WireCodec handshake(SocketChannel channel, String appId) throws IOException, GeneralSecurityException;

    private static SessionKeys keys(SocketChannel channel, String appId) throws IOException, GeneralSecurityException {
        return new KeyExchange(appId, SECRET, RANDOM).run(new HandshakeChannel(channel));
    }

    /** Made when it is first used. */
    private static final class TlsClient {
        static final SSLContext CONTEXT = context();

        private static SSLContext context() {
            try {
                return TlsCodec.trustAnybody();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
