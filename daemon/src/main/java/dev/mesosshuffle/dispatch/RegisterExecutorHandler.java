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
import dev.mesosshuffle.protocol.RpcMessage;
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
 * Registers executors: looks at their local dirs, each on the pool of its disk, then has them persisted, and only then
 * answers. Called on event loops; never waits.
 */
final class RegisterExecutorHandler {
    private static final Logger logger = LoggerFactory.getLogger(RegisterExecutorHandler.class);

    private final LocalDirPolicy policy;
    private final Registry registry;
    private final LivenessMonitor liveness;
    private final DiskExecutors pools;
    private final RootMonitor watch;
    private final DispatchMetrics metrics;
    private final RateLimitedLogger quietLog;

    /**
     * Creates a registration.
     *
     * @param guarding the policy, which looks at a dir and tells the disk that it claims to be on before that, and what is
     *     known of the roots
     */
    RegisterExecutorHandler(
            Dispatcher.Guarding guarding,
            Registry registry,
            LivenessMonitor liveness,
            DiskExecutors pools,
            DispatchMetrics metrics,
            RateLimitedLogger quietLog) {
        this.policy = guarding.policy();
        this.registry = registry;
        this.liveness = liveness;
        this.pools = pools;
        this.watch = guarding.watch();
        this.metrics = metrics;
        this.quietLog = quietLog;
    }

    void register(RpcMessage.RegisterExecutor message, RpcCall call) {
        Timer.Context timer = metrics.registerExecutorRequestLatency.time();
        String appId = message.executor().appId();
        liveness.activity(appId);
        // The registry looks at the dirs' roots, so it too is called on a disk's thread.
        Executor onDisk = task -> pools.execute(disk(message.info().localDirs().get(0)), task);
        var unused = accept(message.info().localDirs())
                .thenComposeAsync(
                        dirs -> registry.registerExecutor(
                                new RegisteredExecutor(message.executor(), message.info(), dirs)),
                        onDisk)
                .whenComplete((done, error) -> {
                    timer.stop();
                    if (error == null) {
                        liveness.activity(appId);
                        call.done();
                    } else {
                        metrics.refusedRequests.inc();
                        warn(message, call, ErrorMessages.cause(error));
                        call.failed(Failures.forClient(error));
                    }
                });
    }

    /** Looks at all dirs, each on its disk's pool; completes when the last one was looked at. */
    private CompletableFuture<List<LocalDir>> accept(List<String> dirs) {
        List<CompletableFuture<LocalDir>> accepted =
                dirs.stream().map(this::accept).toList();
        return CompletableFuture.allOf(accepted.toArray(CompletableFuture[]::new))
                .thenApply(all -> accepted.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<LocalDir> accept(String dir) {
        CompletableFuture<LocalDir> result = new CompletableFuture<>();
        Path disk = disk(dir);
        if (watch.isUnresponsive(disk)) {
            // Else its client waits in vain, and what it asks for takes a thread of that disk.
            return CompletableFuture.failedFuture(new IllegalStateException("local dir: " + Sanitizer.printable(dir)
                    + " (expected: a dir on a disk that answers, which the one of root " + disk + " does not)"));
        }
        try {
            pools.execute(disk, () -> result.completeAsync(() -> look(dir), Runnable::run));
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new IllegalStateException("local dir " + Sanitizer.printable(dir)
                    + " cannot be looked at on disk " + disk + ": " + DiskRefusals.reason(e, "requests")));
        }
        return result;
    }

    private LocalDir look(String dir) {
        try {
            return policy.accept(dir);
        } catch (LocalDirRefusedException | LocalDirUnknownException e) {
            throw new CompletionException(e);
        }
    }

    /**
     * Which disk a dir claims to be on; a wrong claim is found out by the policy. What claims none is refused without a
     * look at a disk, or spelled by way of a link that no root is known by; such dirs share threads of their own.
     */
    private Path disk(String dir) {
        return policy.claimedRoot(dir).orElse(Path.of("/"));
    }

    private void warn(RpcMessage.RegisterExecutor message, RpcCall call, Throwable cause) {
        boolean unknown = cause instanceof LocalDirUnknownException;
        String detail = cause instanceof LocalDirRefusedException refused ? ' ' + refused.detail() : "";
        quietLog.warn(
                logger,
                unknown ? "registration without descriptors" : "registration",
                (unknown ? "Could not register " : "Refused to register ") + message.executor() + " from "
                        + call.connection().remoteAddress() + ": " + ErrorMessages.of(cause)
                        + detail.stripTrailing());
    }
}
