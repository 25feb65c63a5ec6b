package dev.mesosshuffle.transport;

import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.protocol.HandshakeMessage;
import dev.mesosshuffle.security.AesMode;
import dev.mesosshuffle.security.ConnectionProtection;
import dev.mesosshuffle.security.RefusalReason;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts, logs and shows operators how clients proved who they are, or did not. For any thread. */
final class AuthenticationReporter {
    private static final Logger logger = LoggerFactory.getLogger(AuthenticationReporter.class);

    private final AuthenticationMetrics metrics;
    private final RateLimitedLogger rateLimitedLogger;
    private final RefusedClientEvents refusedClients;
    private final AtomicBoolean warnedOfChallenge = new AtomicBoolean();
    private final AtomicBoolean warnedOfCtr = new AtomicBoolean();

    AuthenticationReporter(
            AuthenticationMetrics metrics, RateLimitedLogger rateLimitedLogger, RefusedClientEvents refusedClients) {
        this.metrics = metrics;
        this.rateLimitedLogger = rateLimitedLogger;
        this.refusedClients = refusedClients;
    }

    AuthenticationMetrics metrics() {
        return metrics;
    }

    /** A client has proved who it is. */
    void succeeded(String remoteAddress, String appId, HandshakeMessage.Kind kind, ConnectionProtection protection) {
        logger.debug("Client at {} proved to be of application {} by {}", remoteAddress, appId, kind);
        if (protection instanceof ConnectionProtection.Sasl) {
            metrics.succeededSaslEncrypted.inc();
        } else {
            metrics.succeeded(kind).inc();
        }
        if (kind == HandshakeMessage.Kind.CHALLENGE && warnedOfChallenge.compareAndSet(false, true)) {
            logger.warn(
                    "Application {} at {} authenticates by the protocol of Spark before 3.1.3: who records its traffic can"
                            + " recover the key and read it (CVE-2021-38296). Upgrade its Spark; with"
                            + " spark.network.crypto.enabled=false there, it uses SASL instead. Logged once.",
                    Sanitizer.printable(appId),
                    remoteAddress);
        }
    }

    /** A client uses a mode of AES. */
    void detected(String remoteAddress, AesMode mode) {
        metrics.encrypted(mode).inc();
        if (mode == AesMode.CTR && warnedOfCtr.compareAndSet(false, true)) {
            logger.warn(
                    "The client at {} encrypts with AES/CTR, which keeps data secret but does not notice changes to it"
                            + " (CVE-2025-55039). Set spark.network.crypto.cipher=AES/GCM/NoPadding for applications of Spark"
                            + " 3.5.9, 4.0.4, 4.2.0 or newer, or use TLS. Logged once.",
                    remoteAddress);
        }
    }

    /**
     * A client was refused.
     *
     * @param claimedAppId the application that it named; empty if none
     * @param mayRetry whether it may try another handshake at once, as clients do that fall back to SASL
     */
    void refused(String remoteAddress, String claimedAppId, RefusalReason reason, boolean mayRetry) {
        metrics.refused(reason).inc();
        String claim = claimedAppId.isEmpty()
                ? ""
                : ", which claims to be of application " + Sanitizer.printable(claimedAppId) + ',';
        if (mayRetry) {
            logger.debug(
                    "A handshake of the client at {}{} was refused: {}", remoteAddress, claim, reason.explanation());
        } else {
            refusedClients.record(remoteAddress, claimedAppId, reason);
            rateLimitedLogger.warn(
                    logger,
                    reason.name(),
                    "The client at " + remoteAddress + claim + " was refused: " + reason.explanation() + ". "
                            + capitalized(reason.remedy()) + '.');
        }
    }

    /** A client connected and said nothing in time, as some health checks do. */
    void silent(String remoteAddress) {
        metrics.refused(RefusalReason.TIMEOUT).inc();
        logger.debug("Closed the connection from {}, which sent no message in time", remoteAddress);
    }

    /** A client is served that has proved nothing. */
    void unauthenticated(String remoteAddress) {
        metrics.unauthenticatedConnections.inc();
        rateLimitedLogger.warn(
                logger,
                "unauthenticated",
                "Served a client at " + remoteAddress
                        + " that does not authenticate. Set spark.authenticate=true and the"
                        + " secret for its application. Once authentication.unauthenticatedConnections stays, set"
                        + " spark.mesos.shuffle.service.authentication=required here.");
    }

    private static String capitalized(String sentence) {
        return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
    }
}
