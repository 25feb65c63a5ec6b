package dev.mesosshuffle.config;

import dev.mesosshuffle.model.SecretText;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The keys of TLS. Spark's names, and what stands in for those that are not set. */
final class TlsKeys {
    private static final String PREFIX = "spark.ssl.rpc.";
    private static final String FALLBACK_PREFIX = "spark.ssl.";

    static final ConfigKey<Boolean> ENABLED = new ConfigKey<>(
            PREFIX + "enabled",
            "false",
            ValueParsers.bool(),
            false,
            "Whether TLS is spoken, as Spark 4 has it. The other keys of spark.ssl.rpc fall back to those of spark.ssl"
                    + " with the same name.");

    static final ConfigKey<Boolean> OPTIONAL = new ConfigKey<>(
            ConfigKeys.OWN_PREFIX + "tls",
            "on",
            ValueParsers.oneOf("optional", "on"),
            false,
            "While spark.ssl.rpc.enabled is true: on refuses clients without TLS, optional serves them too, for a"
                    + " migration.");

    static final ConfigKey<Path> KEY_STORE = new ConfigKey<>(
            PREFIX + "keyStore",
            "(none)",
            ValueParsers.path(),
            false,
            "The key store with the private key and its certificates. It is reread on SIGHUP.");

    static final ConfigKey<String> KEY_STORE_TYPE = new ConfigKey<>(
            PREFIX + "keyStoreType", "JKS", ValueParsers.text("JKS or PKCS12"), false, "The type of the key store.");

    static final ConfigKey<SecretText> KEY_STORE_PASSWORD = secret(
            "keyStorePassword",
            "The password of the key store; also from the environment as _SPARK_SSL_RPC_KEY_STORE_PASSWORD.");

    static final ConfigKey<SecretText> KEY_PASSWORD = secret(
            "keyPassword",
            "The password of the key in the key store; also from the environment as _SPARK_SSL_RPC_KEY_PASSWORD."
                    + " Default: that of the key store.");

    static final ConfigKey<Path> PRIVATE_KEY = new ConfigKey<>(
            PREFIX + "privateKey",
            "(none)",
            ValueParsers.path(),
            false,
            "The private key in PEM (PKCS#8), together with certChain instead of a key store. It is reread on SIGHUP.");

    static final ConfigKey<SecretText> PRIVATE_KEY_PASSWORD = secret(
            "privateKeyPassword",
            "The password of the private key in PEM; also from the environment as"
                    + " _SPARK_SSL_RPC_PRIVATE_KEY_PASSWORD.");

    static final ConfigKey<Path> CERT_CHAIN = new ConfigKey<>(
            PREFIX + "certChain",
            "(none)",
            ValueParsers.path(),
            false,
            "The certificate in PEM, and those that lead to its root. It is reread on SIGHUP.");

    static final ConfigKey<String> PROTOCOL = new ConfigKey<>(
            PREFIX + "protocol",
            "TLSv1.3",
            ValueParsers.text("TLSv1.3 or TLSv1.2", text -> text.matches("TLSv1\\.[23]")),
            false,
            "The only version of TLS that is spoken; clients that set none speak TLSv1.3 only.");

    static final ConfigKey<List<String>> ENABLED_ALGORITHMS = new ConfigKey<>(
            PREFIX + "enabledAlgorithms",
            "(those with AES-GCM or ChaCha20)",
            ValueParsers.names("names of cipher suites, separated by commas"),
            false,
            "The cipher suites that are admitted. Those with AES-128-GCM come first, whatever the order.");

    /** Those that are read only if TLS is spoken. */
    static final List<ConfigKey<?>> DETAILS = List.of(
            KEY_STORE,
            KEY_STORE_TYPE,
            KEY_STORE_PASSWORD,
            KEY_PASSWORD,
            PRIVATE_KEY,
            PRIVATE_KEY_PASSWORD,
            CERT_CHAIN,
            PROTOCOL,
            ENABLED_ALGORITHMS);

    /** Every key, in the order in which documents list them. */
    static List<ConfigKey<?>> all() {
        return Stream.<ConfigKey<?>>concat(Stream.of(ENABLED, OPTIONAL), DETAILS.stream())
                .toList();
    }

    private static final Map<String, String> VARIABLES = Map.of(
            KEY_STORE_PASSWORD.name(), "_SPARK_SSL_RPC_KEY_STORE_PASSWORD",
            KEY_PASSWORD.name(), "_SPARK_SSL_RPC_KEY_PASSWORD",
            PRIVATE_KEY_PASSWORD.name(), "_SPARK_SSL_RPC_PRIVATE_KEY_PASSWORD");

    private TlsKeys() {}

    /** Puts what stands in for a key that is not set in its place: a variable of the environment, then a key of all of Spark. */
    static void addFallbacks(Map<String, RawSettings.Setting> byKey, Map<String, String> environment) {
        for (ConfigKey<?> key : DETAILS) {
            String variable = VARIABLES.getOrDefault(key.name(), "");
            String password = environment.getOrDefault(variable, "");
            if (!password.isBlank()) {
                byKey.putIfAbsent(key.name(), new RawSettings.Setting(password, variable));
            }
            String general = FALLBACK_PREFIX + key.name().substring(PREFIX.length());
            RawSettings.Setting fallback = byKey.get(general);
            if (fallback != null) {
                byKey.putIfAbsent(
                        key.name(), new RawSettings.Setting(fallback.value(), general + " in " + fallback.origin()));
            }
        }
    }

    /** Reads them all. What is wrong becomes an error of the loader. */
    static ServiceConfig.Tls read(ConfigLoader loader) {
        boolean enabled = loader.value(ENABLED);
        boolean optional = loader.value(OPTIONAL);
        if (!enabled) {
            DETAILS.forEach(loader::skip);
            return ServiceConfig.Tls.NONE;
        }
        List<String> algorithms = loader.optional(ENABLED_ALGORITHMS);
        ServiceConfig.Tls tls = new ServiceConfig.Tls(
                true,
                optional,
                new ServiceConfig.TlsKeyStore(
                        loader.optional(KEY_STORE),
                        loader.value(KEY_STORE_TYPE),
                        loader.optional(KEY_STORE_PASSWORD),
                        loader.optional(KEY_PASSWORD)),
                new ServiceConfig.TlsPem(
                        loader.optional(PRIVATE_KEY),
                        loader.optional(PRIVATE_KEY_PASSWORD),
                        loader.optional(CERT_CHAIN)),
                loader.value(PROTOCOL),
                algorithms == null ? List.of() : algorithms);
        boolean pem = tls.pem().isComplete();
        if (!pem && tls.keyStore().file() == null) {
            loader.addError(ENABLED.name() + ": true, but there is no certificate (expected: " + KEY_STORE.name()
                    + ", or " + PRIVATE_KEY.name() + " and " + CERT_CHAIN.name() + ")");
        }
        return tls;
    }

    private static ConfigKey<SecretText> secret(String name, String description) {
        return new ConfigKey<>(PREFIX + name, "(none)", ValueParsers.secret("a password"), true, description);
    }
}
