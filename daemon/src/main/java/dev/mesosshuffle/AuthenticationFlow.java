package dev.mesosshuffle;

import dev.mesosshuffle.config.AuthenticationMode;
import dev.mesosshuffle.config.ServiceConfig;
import dev.mesosshuffle.model.SecretText;
import dev.mesosshuffle.security.AesMode;
import dev.mesosshuffle.security.ApplicationSecret;
import dev.mesosshuffle.security.AuthenticationSettings;
import dev.mesosshuffle.security.HandshakeFactory;
import dev.mesosshuffle.security.KeyVersion;
import dev.mesosshuffle.security.SecretException;
import dev.mesosshuffle.security.SecretSettings;
import dev.mesosshuffle.security.SecretSources;
import dev.mesosshuffle.transport.ClientAuthentication;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns the configuration of authentication into what {@code transport} asks its clients for, and tells an operator. */
final class AuthenticationFlow {
    private static final Logger logger = LoggerFactory.getLogger(AuthenticationFlow.class);

    private AuthenticationFlow() {}

    /**
     * Reads the secrets, and logs what is asked for, what is admitted, and what is weak.
     *
     * @throws IOException if a secret or an algorithm is not there; the message tells an operator what to do
     */
    static ClientAuthentication open(ServiceConfig.Authentication config) throws IOException {
        if (config.mode() == AuthenticationMode.OFF) {
            return ClientAuthentication.NONE;
        }
        try {
            SecretSources secrets = SecretSources.open(secretSettings(config.secrets()), System::nanoTime);
            HandshakeFactory handshakes = new HandshakeFactory(settings(config), secrets);
            logger.info("{}. Secrets: {}.", description(config), secrets.description());
            secrets.weaknesses().forEach(weakness -> logger.warn("Weak secret: {}.", weakness));
            if (secrets.hasCommonSecret()) {
                logger.info(
                        "Applications without a secret of their own share one: it proves that a client belongs to the"
                                + " cluster, not to which application (spark.mesos.shuffle.service.secrets.file).");
            }
            return new ClientAuthentication(
                    ClientAuthentication.Mode.valueOf(config.mode().name()), handshakes::newHandshake);
        } catch (SecretException e) {
            throw new IOException(e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IOException("authentication is not possible with this JVM: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the secrets as the daemon will, which may be another user's if this process is root's.
     *
     * @return what is weak about them, a line each
     * @throws IOException as {@link #open} does
     */
    static List<String> check(ServiceConfig.Authentication config) throws IOException {
        if (config.mode() == AuthenticationMode.OFF) {
            return List.of();
        }
        try {
            return SecretSources.check(secretSettings(config.secrets()));
        } catch (SecretException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static AuthenticationSettings settings(ServiceConfig.Authentication config) {
        Set<AesMode> modes = config.cipher() == null
                ? EnumSet.allOf(AesMode.class)
                : EnumSet.of(AesMode.valueOf(config.cipher().name()));
        Set<KeyVersion> versions = config.keyVersion() == null
                ? EnumSet.allOf(KeyVersion.class)
                : EnumSet.of(KeyVersion.valueOf("V" + config.keyVersion()));
        return new AuthenticationSettings(
                config.crypto(),
                config.sasl(),
                config.saslAlwaysEncrypt(),
                config.maxSaslBlockBytes(),
                modes,
                versions);
    }

    private static SecretSettings secretSettings(ServiceConfig.Secrets secrets) {
        boolean fromEnvironment = secrets.origin() == ServiceConfig.SecretOrigin.ENVIRONMENT;
        ApplicationSecret literal = secret(secrets.literal());
        return new SecretSettings(
                fromEnvironment ? literal : null,
                fromEnvironment ? null : literal,
                secrets.origin() == ServiceConfig.SecretOrigin.COMMAND_LINE,
                secrets.sparkFile(),
                secrets.file(),
                secrets.applicationsFile());
    }

    private static @Nullable ApplicationSecret secret(@Nullable SecretText text) {
        if (text == null) {
            return null;
        }
        char[] characters = text.characters();
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(characters));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        ApplicationSecret secret = new ApplicationSecret(bytes);
        // The secret has its own copy.
        Arrays.fill(characters, '\0');
        Arrays.fill(bytes, (byte) 0);
        encoded.clear().put(new byte[encoded.capacity()]);
        return secret;
    }

    /** What is asked for and what is admitted, as one sentence. */
    static String description(ServiceConfig.Authentication config) {
        List<String> admitted = new ArrayList<>();
        if (config.crypto()) {
            String cipher = config.cipher() == null
                    ? "AES/CTR or AES/GCM"
                    : "AES/" + config.cipher().name();
            String version = config.keyVersion() == null ? "1 and 2" : String.valueOf(config.keyVersion());
            admitted.add("Spark's protocol with " + cipher + " (authEngineVersion " + version + ")");
        }
        if (config.sasl()) {
            admitted.add(
                    config.saslAlwaysEncrypt() ? "SASL with encryption" : "SASL, encrypted if the client asks for it");
        }
        String who = config.mode() == AuthenticationMode.REQUIRED
                ? "Every client must authenticate"
                : "Clients may authenticate, and are served without it too"
                        + " (spark.mesos.shuffle.service.authentication=optional)";
        return who + "; admitted: " + String.join(", ", admitted);
    }
}
