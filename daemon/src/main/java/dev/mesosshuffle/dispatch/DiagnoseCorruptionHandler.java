package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.blocks.CorruptionDiagnosis;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.CorruptionCause;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.RpcMessage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Diagnoses wrong checksums in the background. Each request gets a reply, whatever fails. Never blocks. */
final class DiagnoseCorruptionHandler {
    private static final Logger logger = LoggerFactory.getLogger(DiagnoseCorruptionHandler.class);

    private final CorruptionDiagnosis diagnosis;
    private final Executor executor;
    private final RateLimitedLogger rateLimitedLogger;

    /**
     * Creates a handler.
     *
     * @param executor reads whole blocks; bounded, and rejects what exceeds its queue
     */
    DiagnoseCorruptionHandler(CorruptionDiagnosis diagnosis, Executor executor, RateLimitedLogger rateLimitedLogger) {
        this.diagnosis = diagnosis;
        this.executor = executor;
        this.rateLimitedLogger = rateLimitedLogger;
    }

    /**
     * Diagnoses a block.
     *
     * @param registered the executor that wrote it, or null if it is not registered
     */
    void diagnose(@Nullable RegisteredExecutor registered, RpcMessage.DiagnoseCorruption message, RpcCall call) {
        if (registered == null) {
            respond(CorruptionCause.UNKNOWN_ISSUE, call);
            return;
        }
        try {
            executor.execute(() -> respond(diagnose(registered, message), call));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            ThreadShortage.report("the diagnosis of a corrupt block", e);
            respond(CorruptionCause.UNKNOWN_ISSUE, call);
        }
    }

    private CorruptionCause diagnose(RegisteredExecutor registered, RpcMessage.DiagnoseCorruption message) {
        try {
            return diagnosis.diagnose(registered, message.block(), message.checksum(), message.algorithm());
        } catch (RuntimeException | OutOfMemoryError e) {
            rateLimitedLogger.error(
                    logger,
                    "diagnosis failure",
                    "The checksum of " + message.block() + " of " + registered.id() + " could not be diagnosed",
                    e);
            return CorruptionCause.UNKNOWN_ISSUE;
        }
    }

    private static void respond(CorruptionCause cause, RpcCall call) {
        call.respond(id -> Reply.corruptionCause(id, cause));
    }
}
