package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.blocks.BlockResolver;
import dev.mesosshuffle.blocks.CorruptionDiagnosis;
import dev.mesosshuffle.concurrent.ClientDiskExecutor;
import dev.mesosshuffle.concurrent.ThreadShortage;
import dev.mesosshuffle.concurrent.Ticker;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.model.CorruptionCause;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.RpcMessage;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Diagnoses wrong checksums in the background, slice by slice: clients take turns, each with one diagnosis at a time. A
 * diagnosis ends when its client has gone, and after a bounded time. Each request gets a reply, whatever fails. Never blocks.
 */
final class DiagnoseCorruptionHandler {
    private static final Logger logger = LoggerFactory.getLogger(DiagnoseCorruptionHandler.class);

    /** What is read in one turn, in bytes; takes some milliseconds from the page cache, and some 50 from a slow disk. */
    static final long SLICE_BYTES = 4 << 20;

    /** A diagnosis helps to explain a failure that the reader handles in any case. Less than its client's timeout, 120 s. */
    static final Duration MAX_DURATION = Duration.ofSeconds(30);

    private final BlockResolver resolver;
    private final ClientDiskExecutor executor;
    private final Ticker ticker;
    private final RateLimitedLogger rateLimitedLogger;

    /**
     * Creates a handler.
     *
     * @param resolver opens blocks
     * @param executor reads whole blocks, each part on its disk; bounded, and rejects what exceeds its queue
     * @param ticker the time
     * @param rateLimitedLogger logs what clients can cause at any rate
     */
    DiagnoseCorruptionHandler(
            BlockResolver resolver, ClientDiskExecutor executor, Ticker ticker, RateLimitedLogger rateLimitedLogger) {
        this.resolver = resolver;
        this.executor = executor;
        this.ticker = ticker;
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
        CorruptionDiagnosis diagnosis =
                new CorruptionDiagnosis(resolver, registered, message.block(), message.checksum(), message.algorithm());
        String subject = message.block() + " of " + registered.id();
        var unused = call.takeTurn(call.caller().longRequestTurns(), done -> {
            Run run = new Run(diagnosis, subject, call, done);
            call.guard(run::submit, run.abandon);
        });
    }

    private static void respond(CorruptionCause cause, RpcCall call) {
        call.respond(id -> Reply.corruptionCause(id, cause));
    }

    /** One diagnosis. Handed on from one thread to the next. */
    private final class Run implements Runnable {
        private final Runnable proceed = this::proceed;
        private final Runnable abandon = this::abandon;
        private final CorruptionDiagnosis diagnosis;
        private final String subject;
        private final RpcCall call;
        private final Runnable done;
        private final long startedAt = ticker.read();
        /** Whether the task that was submitted last has begun, or never will. */
        private final AtomicBoolean begun = new AtomicBoolean();

        private Run(CorruptionDiagnosis diagnosis, String subject, RpcCall call, Runnable done) {
            this.diagnosis = diagnosis;
            this.subject = subject;
            this.call = call;
            this.done = done;
        }

        private void submit() {
            begun.set(false);
            try {
                executor.execute(diagnosis.root(), call.caller(), this);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                // It may have been queued before memory ran out, and even run.
                if (begun.compareAndSet(false, true)) {
                    end(CorruptionCause.UNKNOWN_ISSUE);
                    ThreadShortage.report("the diagnosis of a corrupt block", e);
                }
            }
        }

        /** On a thread of the disk. Nothing is allocated before it is guarded. */
        @Override
        public void run() {
            if (begun.compareAndSet(false, true)) {
                call.guard(proceed, abandon);
            }
        }

        private void proceed() {
            CorruptionCause cause = isOver() ? CorruptionCause.UNKNOWN_ISSUE : readSlice();
            if (cause == null) {
                submit();
            } else {
                end(cause);
            }
        }

        private boolean isOver() {
            if (ticker.read() - startedAt < MAX_DURATION.toNanos()) {
                return !call.caller().isOpen();
            }
            rateLimitedLogger.warn(
                    logger,
                    "long diagnosis",
                    "The checksum of " + subject + " could not be diagnosed within " + MAX_DURATION.toSeconds()
                            + " s; reported to its reader as an unknown cause");
            return true;
        }

        private @Nullable CorruptionCause readSlice() {
            try {
                return diagnosis.proceed(SLICE_BYTES);
            } catch (RuntimeException | Error e) {
                rateLimitedLogger.error(
                        logger, "diagnosis failure", "The checksum of " + subject + " could not be diagnosed", e);
                return CorruptionCause.UNKNOWN_ISSUE;
            }
        }

        private void end(CorruptionCause cause) {
            diagnosis.close();
            done.run();
            respond(cause, call);
        }

        /** Its connection is closed. */
        private void abandon() {
            diagnosis.close();
            done.run();
        }
    }
}
