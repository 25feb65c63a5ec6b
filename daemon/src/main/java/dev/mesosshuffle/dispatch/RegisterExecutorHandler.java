package dev.mesosshuffle.dispatch;

import com.codahale.metrics.Timer;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.LocalDirRefusedException;
import dev.mesosshuffle.cleanup.LocalDirUnknownException;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.fetch.DiskRefusals;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.registry.RegistrationRefusedException;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.roots.RootMonitor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers executors: checks their local dirs, each on the pool of its disk, then persists them, and only then replies.
 * Called on event loops; never blocks.
 */
final class RegisterExecutorHandler {
    private static final Logger logger = LoggerFactory.getLogger(RegisterExecutorHandler.class);

    private final LocalDirPolicy policy;
    private final Registry registry;
    private final LivenessMonitor liveness;
    private final DiskExecutors diskExecutors;
    private final RootMonitor rootMonitor;
    private final DispatchMetrics metrics;
    private final RateLimitedLogger rateLimitedLogger;

    RegisterExecutorHandler(
            LocalDirServices localDirServices,
            Registry registry,
            LivenessMonitor liveness,
            DiskExecutors diskExecutors,
            DispatchMetrics metrics,
            RateLimitedLogger rateLimitedLogger) {
        this.policy = localDirServices.policy();
        this.registry = registry;
        this.liveness = liveness;
        this.diskExecutors = diskExecutors;
        this.rootMonitor = localDirServices.rootMonitor();
        this.metrics = metrics;
        this.rateLimitedLogger = rateLimitedLogger;
    }

    /** Registers an executor and replies once it is persisted or rejected. */
    void register(RpcMessage.RegisterExecutor message, RpcCall call) {
        Timer.Context timer = metrics.registerExecutorRequestLatency.time();
        String appId = message.executor().appId();
        liveness.activity(appId);
        // The registry scans the dirs' roots, so it too is called on a disk's thread.
        Executor onDisk =
                task -> diskExecutors.execute(disk(message.info().localDirs().get(0)), task);
        var unused = accept(message.info().localDirs())
                .thenComposeAsync(
                        dirs -> registry.registerExecutor(
                                new RegisteredExecutor(message.executor(), message.info(), dirs)),
                        onDisk)
                .whenComplete((done, error) -> {
                    timer.stop();
                    if (error == null) {
                        liveness.activity(appId);
                        call.succeed();
                    } else {
                        metrics.rejectedRequests.inc();
                        Throwable cause = ErrorMessages.cause(error);
                        warn(message, call, cause);
                        if (isConfidential(cause)) {
                            call.fail(ProtocolErrors.refusedLocalDirs(
                                    message.info().localDirs()));
                        } else {
                            call.fail(cause);
                        }
                    }
                });
    }

    /** Checks all dirs, each on its disk's pool; completes with the last one. */
    private CompletableFuture<List<LocalDir>> accept(List<String> dirs) {
        List<CompletableFuture<LocalDir>> accepted =
                dirs.stream().map(this::accept).toList();
        return CompletableFuture.allOf(accepted.toArray(CompletableFuture[]::new))
                .handle((all, failure) -> {
                    if (failure != null) {
                        throw new CompletionException(reason(accepted));
                    }
                    return accepted.stream().map(CompletableFuture::join).toList();
                });
    }

    /**
     * Returns why the dirs are not accepted. What the client may know comes first: which of the reasons it gets must not
     * depend on what exists.
     */
    private static Throwable reason(List<CompletableFuture<LocalDir>> ended) {
        List<Throwable> reasons = ended.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .map(dir -> ErrorMessages.cause(
                        dir.handle((accepted, failure) -> failure).join()))
                .toList();
        return reasons.stream()
                .filter(reason -> !isConfidential(reason))
                .findFirst()
                .orElse(reasons.get(0));
    }

    private CompletableFuture<LocalDir> accept(String dir) {
        CompletableFuture<LocalDir> result = new CompletableFuture<>();
        Path disk = disk(dir);
        if (rootMonitor.isUnresponsive(disk)) {
            // The check would take a thread of that disk and never complete.
            return CompletableFuture.failedFuture(new IllegalStateException("local dir: " + Sanitizer.printable(dir)
                    + " (expected: a dir on a responsive disk, but the disk of root " + disk + " hangs)"));
        }
        try {
            diskExecutors.execute(disk, () -> result.completeAsync(() -> check(dir), Runnable::run));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new IllegalStateException("local dir " + Sanitizer.printable(dir)
                    + " cannot be checked on disk " + disk + ": " + DiskRefusals.reason(e, "requests")));
        }
        return result;
    }

    private LocalDir check(String dir) {
        try {
            return policy.accept(dir);
        } catch (LocalDirRefusedException | LocalDirUnknownException e) {
            throw new CompletionException(e);
        }
    }

    /**
     * Returns the root of the disk that a dir claims to be on; the policy detects a false claim. Dirs that claim none,
     * because they are rejected without a check of the disk or spelled through an unknown link, share one pool.
     */
    private Path disk(String dir) {
        return policy.claimedRoot(dir).orElse(Path.of("/"));
    }

    private static boolean isConfidential(Throwable cause) {
        return (cause instanceof LocalDirRefusedException dir && dir.isConfidential())
                || (cause instanceof RegistrationRefusedException registration && registration.isConfidential());
    }

    private void warn(RpcMessage.RegisterExecutor message, RpcCall call, Throwable cause) {
        boolean unknown = cause instanceof LocalDirUnknownException;
        String detail = cause instanceof LocalDirRefusedException refused ? ' ' + refused.detail() : "";
        rateLimitedLogger.warn(
                logger,
                unknown ? "registration without descriptors" : "registration",
                (unknown ? "Could not register " : "Refused to register ") + message.executor() + " from "
                        + call.caller().remoteAddress() + ": " + ErrorMessages.of(cause)
                        + detail.stripTrailing());
    }
}
