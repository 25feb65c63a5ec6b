package dev.mesosshuffle.metrics;

import static dev.mesosshuffle.metrics.MetricDefinition.counter;
import static dev.mesosshuffle.metrics.MetricDefinition.timer;

import java.util.List;

/** Metrics of authentication and encryption. */
final class AuthenticationDefinitions {
    static final List<MetricDefinition> ALL = List.of(
            succeeded("sasl", "Clients that authenticated by SASL, without encryption."),
            succeeded("saslEncrypted", "Clients that authenticated by SASL, with encryption."),
            succeeded("challenge", "Clients that authenticated by the protocol of Spark before 3.1.3."),
            succeeded("keyExchange", "Clients that authenticated by the protocol of Spark 3.1.3 and newer."),
            encrypted("aesCtr", "Connections that use AES/CTR, which does not notice changes."),
            encrypted("aesGcm", "Connections that use AES/GCM."),
            refused("wrongSecret", "Clients refused because of a wrong secret.")
                    .withAdvice("If it rises: a wrong setting, or an attack."),
            refused("unknownApplication", "Clients refused because there is no secret for their application."),
            refused("noHandshake", "Clients refused because they do not authenticate."),
            refused("malformed", "Clients refused because of a malformed handshake."),
            refused(
                    "notAdmitted",
                    "Handshakes of a kind that is not admitted; clients that fall back to SASL count here first."),
            refused(
                    "timeout",
                    "Connections closed because no handshake arrived or ended in time; some health checks count here."),
            refused("overloaded", "Connections closed because too many handshakes waited."),
            counter(
                    "authentication.unauthenticatedConnections",
                    "unauthenticated_connections_total",
                    "Connections served without authentication, with `authentication=optional`."),
            counter(
                            "authentication.unauthorizedRequests",
                            "unauthorized_requests_total",
                            "Requests refused because they were about another application than the client's.")
                    .withAdvice("Spark's clients never send any."),
            counter(
                    "authentication.foreignHeartbeats",
                    "foreign_heartbeats_total",
                    "Heartbeats dropped for the same reason."),
            counter(
                    "authentication.undecryptable",
                    "connections_closed_total{reason=undecryptable}",
                    "Connections closed because what arrived could not be decrypted."),
            counter(
                    "authentication.pendingHandshakes",
                    "pending_handshakes",
                    "Handshake messages that wait for their answer."),
            timer(
                    "authentication.handshakeLatencyMillis",
                    "handshake_duration_seconds",
                    "Time from a handshake message to its answer, its wait included."),
            tls("tlsHandshakes", "succeeded", "Connections that were encrypted by TLS."),
            tls("tlsHandshakeFailures", "failed", "Connections closed because TLS failed."),
            tls("tlsHandshakesOverloaded", "overloaded", "Connections closed because too many TLS handshakes waited."),
            tls("plainTextRefused", "plainText", "Connections closed because their clients do not speak TLS."));

    private AuthenticationDefinitions() {}

    private static MetricDefinition succeeded(String protocol, String meaning) {
        return counter(
                "authentication.succeeded." + protocol,
                "authentications_succeeded_total{protocol=" + protocol + '}',
                meaning);
    }

    private static MetricDefinition encrypted(String mode, String meaning) {
        return counter("authentication.encrypted." + mode, "encrypted_connections_total{mode=" + mode + '}', meaning);
    }

    private static MetricDefinition refused(String reason, String meaning) {
        return counter(
                "authentication.refused." + reason, "authentications_refused_total{reason=" + reason + '}', meaning);
    }

    private static MetricDefinition tls(String jmxName, String outcome, String meaning) {
        return counter(jmxName, "tls_handshakes_total{outcome=" + outcome + '}', meaning);
    }
}
