package dev.mesosshuffle.transport;

import dev.mesosshuffle.concurrent.HeapShortage;
import dev.mesosshuffle.fetch.DiskRefusals;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.protocol.MalformedMessageException;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.security.ProtectionException;
import io.netty.handler.codec.DecoderException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs why connections are closed, and requests rejected. For any thread. */
final class ConnectionFailures {
    private static final Logger logger = LoggerFactory.getLogger(ConnectionFailures.class);

    private final TransportMetrics metrics;
    private final RateLimitedLogger rateLimitedLogger;

    ConnectionFailures(TransportMetrics metrics, RateLimitedLogger rateLimitedLogger) {
        this.metrics = metrics;
        this.rateLimitedLogger = rateLimitedLogger;
    }

    /** A connection is closed because of an exception that its peer's breaking it does not explain. */
    void closed(String remoteAddress, Throwable cause) {
        if (cause instanceof DecoderException || cause instanceof MalformedMessageException) {
            metrics.malformedFrames.inc();
            rateLimitedLogger.warn(
                    logger,
                    "frame",
                    "Closed the connection from " + remoteAddress + ", which does not speak Spark's shuffle protocol: "
                            + ErrorMessages.of(cause));
        } else if (cause instanceof OutOfMemoryError failure) {
            HeapShortage.survived(failure);
            rateLimitedLogger.warn(
                    logger,
                    "memory",
                    "Closed the connection from " + remoteAddress + " for lack of memory: " + ErrorMessages.of(cause)
                            + ". Raise SPARK_DAEMON_MEMORY; the client retries.");
        } else {
            rateLimitedLogger.error(
                    logger,
                    "unexpected error",
                    "Closed the connection from " + remoteAddress + " after an unexpected error",
                    cause);
        }
    }

    /** What arrived on an encrypted connection cannot be decrypted. */
    void undecryptable(String remoteAddress, ProtectionException cause) {
        metrics.undecryptable.inc();
        rateLimitedLogger.warn(
                logger,
                "undecryptable",
                "Closed the connection from " + remoteAddress + ", whose bytes cannot be decrypted: "
                        + ErrorMessages.of(cause) + ". Compare spark.network.crypto.* of both sides; if it recurs,"
                        + " somebody may be changing the traffic.");
    }

    /** A frame did not arrive completely. */
    void frameTimeout(String remoteAddress, Duration timeout) {
        metrics.frameTimeouts.inc();
        rateLimitedLogger.warn(
                logger,
                "frame timeout",
                "Closed the connection from " + remoteAddress
                        + ": a message began to arrive and was not complete after " + timeout.toSeconds()
                        + " s (spark.mesos.shuffle.service.frameTimeout)");
    }

    /** A peer did not read. */
    void writeTimeout(String remoteAddress, Duration timeout) {
        metrics.writeTimeouts.inc();
        rateLimitedLogger.warn(
                logger,
                "write timeout",
                "Closed the connection from " + remoteAddress + ", which has read nothing of what waits for it for "
                        + timeout.toSeconds() + " s (spark.mesos.shuffle.service.writeTimeout)");
    }

    /** The rest of a block cannot be read. */
    void unreadableBlock(String remoteAddress, Throwable cause) {
        rateLimitedLogger.warn(
                logger,
                "truncated block",
                "Closed the connection from " + remoteAddress + " because the rest of a block cannot be read: "
                        + ErrorMessages.of(cause) + ". Check the disk; the client retries.");
    }

    /** The rest of a block was not read for long, because other reads wait for its disk. */
    void overloadedDisk(String remoteAddress, RejectedExecutionException refusal) {
        rateLimitedLogger.warn(
                logger,
                "overloaded disk",
                "Closed the connection from " + remoteAddress
                        + " because of overload in the middle of a block: its disk is not" + " read from, "
                        + DiskRefusals.reason(refusal, "reads") + ". Check the disk; the client retries.");
    }

    /** A request is rejected for its length. Returns the message in its place. */
    RpcMessage.Invalid oversized(String remoteAddress, long frameBytes, int maxFrameBytes) {
        metrics.oversizedRequests.inc();
        rateLimitedLogger.warn(
                logger,
                "oversized request",
                "Rejected a request of " + frameBytes + " bytes from " + remoteAddress
                        + ": spark.mesos.shuffle.service.maxFrameSize is " + maxFrameBytes + " bytes. Raise it, or"
                        + " have the application request fewer blocks at a time"
                        + " (spark.reducer.maxBlocksInFlightPerAddress).");
        return new RpcMessage.Invalid(ProtocolErrors.badRequest("request of " + frameBytes
                + " bytes (expected: at most " + maxFrameBytes + ", spark.mesos.shuffle.service.maxFrameSize)"));
    }
}
