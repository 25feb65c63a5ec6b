package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.blocks.CorruptionDiagnosis;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.model.CorruptionCause;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.registry.RegisteredExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Has wrong checksums looked into, in the background; whatever happens, there is an answer. */
final class Diagnoses {
    private final CorruptionDiagnosis diagnosis;
    private final Executor executor;

    /**
     * Creates it.
     *
     * @param executor reads whole blocks; bounded, and rejects what is too much
     */
    Diagnoses(CorruptionDiagnosis diagnosis, Executor executor) {
        this.diagnosis = diagnosis;
        this.executor = executor;
    }

    void diagnose(@Nullable RegisteredExecutor registered, RpcMessage.DiagnoseCorruption message, Call call) {
        if (registered == null) {
            answer(CorruptionCause.UNKNOWN_ISSUE, call);
            return;
        }
        try {
            executor.execute(() -> answer(
                    diagnosis.diagnose(registered, message.block(), message.checksum(), message.algorithm()), call));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            ThreadShortage.report("the look into a block that came to its reader damaged", e);
            answer(CorruptionCause.UNKNOWN_ISSUE, call);
        }
    }

    private static void answer(CorruptionCause cause, Call call) {
        call.answer(id -> Reply.corruptionCause(id, cause));
    }
}
