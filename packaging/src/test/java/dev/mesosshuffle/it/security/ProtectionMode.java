package dev.mesosshuffle.it.security;

import dev.mesosshuffle.it.service.ServiceKind;
import dev.mesosshuffle.it.spark.SparkVersion;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a client is told to do about authentication and encryption, which versions can, and what a service must be told for
 * it. The daemon admits most of them at once; Spark's own service needs to be told what its clients do.
 */
@SuppressWarnings("ImmutableEnumChecker") // Nobody changes them, and the versions keep their order.
public enum ProtectionMode {
    SASL(since(SparkVersion.V2_2_0), Map.of()),
    SASL_ENCRYPTED(saslEncrypted(), Map.of("spark.authenticate.enableSaslEncryption", "true")),
    /** PBKDF2; the last two of the versions here that begin it. */
    CHALLENGE(EnumSet.of(SparkVersion.V2_4_8, SparkVersion.V3_0_3), cryptoAlone(Map.of())),
    /** The version that does so in the name of no application, and then authenticates by SASL. */
    CHALLENGE_THEN_SASL(EnumSet.of(SparkVersion.V2_2_0), crypto(Map.of())),
    CTR_V1(since(SparkVersion.V3_1_3), cryptoAlone(Map.of())),
    CTR_V2(since(SparkVersion.V3_4_4), cryptoAlone(Map.of("spark.network.crypto.authEngineVersion", "2"))),
    GCM_V1(gcm(), cryptoAlone(Map.of("spark.network.crypto.cipher", "AES/GCM/NoPadding"))),
    GCM_V2(
            gcm(),
            cryptoAlone(Map.of(
                    "spark.network.crypto.cipher", "AES/GCM/NoPadding",
                    "spark.network.crypto.authEngineVersion", "2"))),
    SASL_ALWAYS_ENCRYPTED(
            saslEncrypted(),
            Map.of("spark.authenticate.enableSaslEncryption", "true"),
            Map.of("spark.network.sasl.serverAlwaysEncrypt", "true"),
            Tls.NONE),
    FALLBACK_TO_SASL(
            since(SparkVersion.V2_2_0), crypto(Map.of()), Map.of("spark.network.crypto.enabled", "false"), Tls.NONE),
    TLS_SASL(since(SparkVersion.V4_0_4), Map.of(), Map.of(), Tls.KEY_STORE),
    TLS_SASL_ENCRYPTED(
            since(SparkVersion.V4_0_4),
            Map.of("spark.authenticate.enableSaslEncryption", "true"),
            Map.of(),
            Tls.KEY_STORE),
    TLS_CTR(since(SparkVersion.V4_0_4), cryptoAlone(Map.of()), Map.of(), Tls.KEY_STORE),
    TLS_GCM(
            since(SparkVersion.V4_0_4),
            cryptoAlone(Map.of("spark.network.crypto.cipher", "AES/GCM/NoPadding")),
            Map.of(),
            Tls.KEY_STORE),
    /** Later clients look for a host name in the certificate that Spark does not give them. */
    TLS_PEM_SASL(EnumSet.of(SparkVersion.V4_0_4), Map.of(), Map.of(), Tls.PEM),
    /** Proves nothing about anybody. */
    TLS_ALONE(since(SparkVersion.V4_0_4), Map.of(), Map.of(), Tls.KEY_STORE_ALONE);

    private static final String SECRET = "a secret of the whole cluster";

    private enum Tls {
        NONE,
        KEY_STORE,
        PEM,
        KEY_STORE_ALONE
    }

    private final Set<SparkVersion> versions;
    private final Map<String, String> clients;
    private final Map<String, String> services;
    private final Tls tls;

    ProtectionMode(Set<SparkVersion> versions, Map<String, String> clients) {
        this(versions, clients, Map.of(), Tls.NONE);
    }

    /**
     * Keeps its arguments.
     *
     * @param clients what a client needs beside the secret
     * @param services what any service needs beside the secret
     */
    ProtectionMode(Set<SparkVersion> versions, Map<String, String> clients, Map<String, String> services, Tls tls) {
        this.versions = versions;
        this.clients = clients;
        this.services = services;
        this.tls = tls;
    }

    private static Set<SparkVersion> since(SparkVersion first) {
        return EnumSet.range(first, SparkVersion.V4_2_0);
    }

    /**
     * The client of 2.2.0 decrypts wrongly from buffers in the heap, whoever encrypts. Its Netty has others only where it may
     * reach into {@code java.nio}, as on Java 8, which it was made for.
     */
    private static Set<SparkVersion> saslEncrypted() {
        boolean canReachBuffers = ByteBuffer.class.getModule().isOpen("java.nio", ProtectionMode.class.getModule());
        return since(canReachBuffers ? SparkVersion.V2_2_0 : SparkVersion.V2_4_8);
    }

    /** Those of the versions here whose messages do not stall. */
    private static Set<SparkVersion> gcm() {
        return since(SparkVersion.V3_5_9);
    }

    private static Map<String, String> crypto(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(more);
        all.put("spark.network.crypto.enabled", "true");
        return all;
    }

    /** Without SASL as a way out, so that what fails is seen. */
    private static Map<String, String> cryptoAlone(Map<String, String> more) {
        Map<String, String> all = crypto(more);
        all.put("spark.network.crypto.saslFallback", "false");
        return all;
    }

    /** The versions that have it. */
    public List<SparkVersion> versions() {
        return List.copyOf(versions);
    }

    public SparkVersion newestVersion() {
        List<SparkVersion> all = versions();
        return all.get(all.size() - 1);
    }

    /** Whether the client proves that it knows the secret. */
    public boolean authenticates() {
        return tls != Tls.KEY_STORE_ALONE;
    }

    /** Whether the bytes of a block can be read on the wire. */
    public boolean isPlain() {
        return switch (this) {
            case SASL, CHALLENGE_THEN_SASL, FALLBACK_TO_SASL -> true;
            default -> false;
        };
    }

    /** Whether the daemon admits it beside others with nothing but the secret. */
    public boolean isDetected() {
        return services.isEmpty() && tls == Tls.NONE;
    }

    /** Whether the service has it at all. */
    public boolean isKnownTo(ServiceKind kind) {
        return switch (kind) {
            case DAEMON -> true;
            case SPARKS_OWN -> this != CHALLENGE && tls == Tls.NONE;
            // What else they have is the same in 3.5.9.
            case SPARKS_OWN_2_4 -> this == CHALLENGE;
            case SPARKS_OWN_4_2 -> tls != Tls.NONE;
        };
    }

    /** The settings of a client with the secret of the cluster. */
    public Map<String, String> ofClients(TestCertificates certificates) {
        return ofClients(certificates, SECRET);
    }

    /** The settings of a client with this secret. */
    public Map<String, String> ofClients(TestCertificates certificates, String secret) {
        Map<String, String> all = new LinkedHashMap<>(clients);
        all.putAll(common(certificates, secret));
        return all;
    }

    /** The settings of a service of this kind with the secret of the cluster. */
    public Map<String, String> ofServices(ServiceKind kind, TestCertificates certificates) {
        Map<String, String> all = new LinkedHashMap<>();
        if (kind != ServiceKind.DAEMON) {
            all.putAll(clients);
            all.remove("spark.network.crypto.saslFallback");
        }
        all.putAll(common(certificates, SECRET));
        all.putAll(services);
        return all;
    }

    private Map<String, String> common(TestCertificates certificates, String secret) {
        Map<String, String> all = new LinkedHashMap<>();
        if (authenticates()) {
            all.put("spark.authenticate", "true");
            all.put("spark.authenticate.secret", secret);
        }
        all.putAll(
                switch (tls) {
                    case NONE -> Map.of();
                    case PEM -> certificates.pemSettings();
                    case KEY_STORE, KEY_STORE_ALONE -> certificates.keyStoreSettings();
                });
        return all;
    }
}
