package dev.mesosshuffle.transport;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import dev.mesosshuffle.protocol.HandshakeMessage;
import dev.mesosshuffle.security.AesMode;
import dev.mesosshuffle.security.RefusalReason;
import java.util.EnumMap;
import java.util.Map;

/** Metrics of authentication, which are zero without it. For any thread. */
final class AuthenticationMetrics {
    private static final String PREFIX = "shuffleService.authentication.";

    /** Clients that proved who they are by SASL, and are encrypted by it. */
    final Counter succeededSaslEncrypted;
    /** Connections that were served although their clients proved nothing. */
    final Counter unauthenticatedConnections;
    /** Handshake messages that wait for their answer. */
    final Counter pendingHandshakes;
    /** The time from a handshake message to its answer. */
    final Timer latency;

    private final Map<HandshakeMessage.Kind, Counter> succeeded = new EnumMap<>(HandshakeMessage.Kind.class);
    private final Map<AesMode, Counter> encrypted = new EnumMap<>(AesMode.class);
    private final Map<RefusalReason, Counter> refused = new EnumMap<>(RefusalReason.class);

    AuthenticationMetrics(MetricRegistry metrics) {
        succeeded.put(HandshakeMessage.Kind.SASL, metrics.counter(PREFIX + "succeeded.sasl"));
        succeeded.put(HandshakeMessage.Kind.CHALLENGE, metrics.counter(PREFIX + "succeeded.challenge"));
        succeeded.put(HandshakeMessage.Kind.KEY_EXCHANGE, metrics.counter(PREFIX + "succeeded.keyExchange"));
        succeededSaslEncrypted = metrics.counter(PREFIX + "succeeded.saslEncrypted");
        encrypted.put(AesMode.CTR, metrics.counter(PREFIX + "encrypted.aesCtr"));
        encrypted.put(AesMode.GCM, metrics.counter(PREFIX + "encrypted.aesGcm"));
        for (RefusalReason reason : RefusalReason.values()) {
            refused.put(reason, metrics.counter(PREFIX + "refused." + name(reason)));
        }
        unauthenticatedConnections = metrics.counter(PREFIX + "unauthenticatedConnections");
        pendingHandshakes = metrics.counter(PREFIX + "pendingHandshakes");
        latency = metrics.timer(PREFIX + "handshakeLatencyMillis");
    }

    private static String name(RefusalReason reason) {
        return switch (reason) {
            case WRONG_SECRET -> "wrongSecret";
            case UNKNOWN_APPLICATION -> "unknownApplication";
            case NO_HANDSHAKE -> "noHandshake";
            case MALFORMED -> "malformed";
            case NOT_ADMITTED -> "notAdmitted";
            case TIMEOUT -> "timeout";
            case OVERLOADED -> "overloaded";
        };
    }

    /** Clients that proved who they are by a kind of handshake; of SASL, those without encryption. */
    Counter succeeded(HandshakeMessage.Kind kind) {
        return counter(succeeded, kind);
    }

    /** Connections that turned out to use a mode of AES. */
    Counter encrypted(AesMode mode) {
        return counter(encrypted, mode);
    }

    /** Clients that were refused for a reason. */
    Counter refused(RefusalReason reason) {
        return counter(refused, reason);
    }

    private static <K> Counter counter(Map<K, Counter> counters, K key) {
        Counter counter = counters.get(key);
        if (counter == null) {
            throw new IllegalStateException("no metric of " + key);
        }
        return counter;
    }
}
