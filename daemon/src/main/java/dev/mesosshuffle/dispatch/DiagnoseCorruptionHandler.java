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

/** Has wrong checksums looked into, in the background; whatever happens, there is an answer. */
final class DiagnoseCorruptionHandler {
    private static final Logger logger = LoggerFactory.getLogger(DiagnoseCorruptionHandler.class);

    private final CorruptionDiagnosis diagnosis;
    private final Executor executor;
    private final RateLimitedLogger quietLog;

    /**
     * Creates it.
     *
     * @param executor reads whole blocks; bounded, and rejects what is too much
     */
    DiagnoseCorruptionHandler(CorruptionDiagnosis diagnosis, Executor executor, RateLimitedLogger quietLog) {
        this.diagnosis = diagnosis;
        this.executor = executor;
        this.quietLog = quietLog;
    }

    void diagnose(@Nullable RegisteredExecutor registered, RpcMessage.DiagnoseCorruption message, RpcCall call) {
        if (registered == null) {
            answer(CorruptionCause.UNKNOWN_ISSUE, call);
            return;
        }
        try {
            executor.execute(() -> answer(diagnose(registered, message), call));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            ThreadShortage.report("the look into a block that came to its reader damaged", e);
            answer(CorruptionCause.UNKNOWN_ISSUE, call);
        }
    }

    private CorruptionCause diagnose(RegisteredExecutor registered, RpcMessage.DiagnoseCorruption message) {
        try {
            return diagnosis.diagnose(registered, message.block(), message.checksum(), message.algorithm());
        } catch (RuntimeException | OutOfMemoryError e) {
            quietLog.error(
                    logger,
                    "diagnosis failure",
                    "The checksum of " + message.block() + " of " + registered.id() + " could not be diagnosed",
                    e);
            return CorruptionCause.UNKNOWN_ISSUE;
        }
    }

    private static void answer(CorruptionCause cause, RpcCall call) {
        call.answer(id -> Reply.corruptionCause(id, cause));
    }
}
