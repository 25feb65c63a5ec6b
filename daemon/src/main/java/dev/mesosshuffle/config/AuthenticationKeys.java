package dev.mesosshuffle.config;

import java.nio.file.Path;
import java.util.List;

/** The keys that decide who may connect, and which handshakes and ciphers are admitted. */
final class AuthenticationKeys {
    /** Replaces every other common secret, as in Spark. */
    static final String SECRET_VARIABLE = "_SPARK_AUTH_SECRET";

    /** Options of a library that Spark encrypts with, and this service does not. */
    static final String LIBRARY_PREFIX = "spark.network.crypto.config.";

    /** A connection that is not read keeps a block that was decrypted, among others, and is closed beyond 256 KiB. */
    private static final int MAX_SASL_BLOCK_BYTES = 128 << 10;

    static final ConfigKey<Boolean> AUTHENTICATE = key(
            "spark.authenticate",
            "false",
            ValueParsers.bool(),
            "Whether clients must prove that they know the secret. Needs a secret: one of the keys below, or the "
                    + "environment variable _SPARK_AUTH_SECRET, which takes precedence.");

    static final ConfigKey<AuthenticationMode> MODE = key(
            ConfigKeys.OWN_PREFIX + "authentication",
            "required",
            ValueParsers.authenticationMode(),
            "For a migration: with optional, clients that do not authenticate are served too, counted and logged; "
                    + "required refuses them. Only with spark.authenticate.");

    static final ConfigKey<String> SECRET = new ConfigKey<>(
            "spark.authenticate.secret",
            "(none)",
            ValueParsers.text("a secret"),
            true,
            "The secret of all applications; never shown. Prefer a file: on a command line everybody on the host can see it.");

    static final ConfigKey<Path> SPARK_SECRET_FILE = key(
            "spark.authenticate.secret.file",
            "(none)",
            ValueParsers.path(),
            "A file whose bytes, in Base64, are the secret of all applications, as Spark reads it. Readable by nobody else.");

    static final ConfigKey<Path> SECRET_FILE = key(
            ConfigKeys.OWN_PREFIX + "secret.file",
            "(none)",
            ValueParsers.path(),
            "A file with the secret of all applications as text, without its final newline. Readable by nobody else.");

    static final ConfigKey<Path> SECRETS_FILE = key(
            ConfigKeys.OWN_PREFIX + "secrets.file",
            "(none)",
            ValueParsers.path(),
            "A file with a secret for each application, one line APPLICATION-ID=SECRET each, read again when it changes. "
                    + "Readable by nobody else. An application that is not in it has the secret of all, if there is one.");

    static final ConfigKey<Boolean> SASL_ENCRYPTION = key(
            "spark.authenticate.enableSaslEncryption",
            "false",
            ValueParsers.bool(),
            "Accepted for compatibility: it is the client that asks for encryption by SASL, and gets it.");

    static final ConfigKey<Boolean> SASL_ALWAYS_ENCRYPT = key(
            "spark.network.sasl.serverAlwaysEncrypt",
            "false",
            ValueParsers.bool(),
            "Refuses clients that use SASL without encryption.");

    static final ConfigKey<Long> SASL_BLOCK_SIZE = key(
            "spark.network.sasl.maxEncryptedBlockSize",
            "64k",
            ValueParsers.size(1 << 10, MAX_SASL_BLOCK_BYTES, "a size such as 64k, from 1k to 128k"),
            "How much is encrypted at a time on connections that SASL encrypts, at most 128k.");

    static final ConfigKey<Boolean> CRYPTO = key(
            "spark.network.crypto.enabled",
            "(none)",
            ValueParsers.bool(),
            "Whether clients may authenticate by Spark's own protocol, which encrypts with AES. Unset: they may use it "
                    + "or SASL. False: SASL only.");

    static final ConfigKey<Boolean> SASL_FALLBACK = key(
            "spark.network.crypto.saslFallback",
            "true",
            ValueParsers.bool(),
            "Whether clients may use SASL although spark.network.crypto.enabled is not false.");

    static final ConfigKey<CryptoCipher> CIPHER = key(
            "spark.network.crypto.cipher",
            "(none)",
            ValueParsers.cryptoCipher(),
            "Admits only this cipher, AES/CTR/NoPadding or AES/GCM/NoPadding. Unset: each client's own choice.");

    static final ConfigKey<Integer> KEY_VERSION = key(
            "spark.network.crypto.authEngineVersion",
            "(none)",
            ValueParsers.integer(1, 2, "1 or 2"),
            "Admits only this version of the encryption's key. Unset: each client's own choice.");

    private AuthenticationKeys() {}

    /** In the order in which documents list them. */
    static List<ConfigKey<?>> all() {
        return List.of(
                AUTHENTICATE,
                MODE,
                SECRET,
                SECRET_FILE,
                SPARK_SECRET_FILE,
                SECRETS_FILE,
                CRYPTO,
                SASL_FALLBACK,
                CIPHER,
                KEY_VERSION,
                SASL_ALWAYS_ENCRYPT,
                SASL_BLOCK_SIZE,
                SASL_ENCRYPTION);
    }

    private static <T> ConfigKey<T> key(String name, String defaultText, ValueParser<T> parser, String description) {
        return new ConfigKey<>(name, defaultText, parser, false, description);
    }
}
