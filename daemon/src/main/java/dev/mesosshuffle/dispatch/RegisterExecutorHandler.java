package dev.mesosshuffle.dispatch;

import com.codahale.metrics.Timer;
import dev.mesosshuffle.cleanup.LocalDirPolicy;
import dev.mesosshuffle.cleanup.LocalDirRefusedException;
import dev.mesosshuffle.cleanup.LocalDirUnknownException;
import dev.mesosshuffle.concurrent.DiskExecutors;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.fetch.DiskRefusals;
import dev.mesosshuffle.jfr.FlightRecording;
import dev.mesosshuffle.jfr.RegistrationEvent;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.LocalDir;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.registry.RegistrationLimits;
import dev.mesosshuffle.registry.RegistrationRefusedException;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.roots.RootMonitor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers executors: checks their local dirs, each on the pool of its disk, then persists them, and only then replies.
 * Called on event loops; never blocks.
 */
final class RegisterExecutorHandler {
    private static final Logger logger = LoggerFactory.getLogger(RegisterExecutorHandler.class);

    /** Spark has a dir for each disk. */
    private static final int MANY_DIRS = 16;

    /** The dirs that one task checks, so that no other waits for long. */
    private static final int DIRS_PER_SLICE = 8;

    private final LocalDirPolicy policy;
    private final Registry registry;
    private final LivenessMonitor liveness;
    private final DiskExecutors diskExecutors;
    private final DiskSlices slices;
    private final RootMonitor rootMonitor;
    private final DispatchMetrics metrics;
    private final RateLimitedLogger rateLimitedLogger;
    private final EventRecorder events;

    RegisterExecutorHandler(
            LocalDirServices localDirServices,
            Registry registry,
            LivenessMonitor liveness,
            DiskExecutors diskExecutors,
            DispatchMetrics metrics,
            RateLimitedLogger rateLimitedLogger,
            EventRecorder events) {
        this.policy = localDirServices.policy();
        this.registry = registry;
        this.liveness = liveness;
        this.diskExecutors = diskExecutors;
        this.slices = new DiskSlices(diskExecutors, DIRS_PER_SLICE);
        this.rootMonitor = localDirServices.rootMonitor();
        this.metrics = metrics;
        this.rateLimitedLogger = rateLimitedLogger;
        this.events = events;
    }

    /** Registers an executor, when it is its client's turn, and replies once it is persisted or rejected. */
    void register(RpcMessage.RegisterExecutor message, RpcCall call) {
        try {
            RegistrationLimits.check(message.info());
        } catch (IllegalArgumentException e) {
            refuse(message, call, e);
            return;
        }
        liveness.activity(message.executor().appId());
        // One with many dirs is as much work for the registry's store as many others.
        boolean isLong = message.info().localDirs().size() > MANY_DIRS;
        RequestTurns turns =
                isLong ? call.caller().longRequestTurns() : call.caller().requestTurns();
        Timer.Context timer = metrics.registerExecutorRequestLatency.time();
        // Of no event's type: a lambda that captured one would load its class, also where the JDK has no flight
        // recorder.
        Object recorded = FlightRecording.registration();
        if (!call.takeTurn(turns, done -> register(message, call, timer, recorded, done))) {
            metrics.rejectedRequests.inc();
        }
    }

    private void register(
            RpcMessage.RegisterExecutor message,
            RpcCall call,
            Timer.Context timer,
            @Nullable Object recorded,
            Runnable done) {
        Caller client = call.caller();
        String appId = message.executor().appId();
        List<String> spelled = message.info().localDirs();
        // The registry scans the dirs' roots, so it too is called on a disk's thread.
        Executor onDisk = task -> {
            Path disk = disk(spelled.get(0));
            try {
                diskExecutors.execute(disk, client, task);
            } catch (RejectedExecutionException e) {
                throw rejected(spelled.get(0), disk, e);
            }
        };
        CompletableFuture<List<LocalDir>> accepted = spelled.size() > MANY_DIRS
                ? CompletableFuture.completedFuture(spelled).thenComposeAsync(dirs -> accept(dirs, client), onDisk)
                : accept(spelled, client);
        var unused = accepted.thenComposeAsync(
                        dirs -> registry.registerExecutor(
                                new RegisteredExecutor(message.executor(), message.info(), dirs), client.clientGroup()),
                        onDisk)
                .whenComplete((registered, error) -> call.guard(
                        () -> {
                            done.run();
                            timer.stop();
                            record(recorded, message, call, error);
                            if (error == null) {
                                liveness.activity(appId);
                                call.caller().requestSucceeded();
                                events.record(
                                        EventKind.REGISTRATION,
                                        appId,
                                        "executor " + message.executor().execId() + " from "
                                                + call.caller().remoteAddress());
                                call.succeed();
                            } else {
                                refuse(message, call, error);
                            }
                        },
                        done));
    }

    private static void record(
            @Nullable Object recorded, RpcMessage.RegisterExecutor message, RpcCall call, @Nullable Throwable error) {
        if (recorded != null) {
            RegistrationEvent event = (RegistrationEvent) recorded;
            event.executor = message.executor().toString();
            event.client = call.caller().remoteAddress();
            event.refusal = error == null ? null : ErrorMessages.of(error);
            event.commit();
        }
    }

    private void refuse(RpcMessage.RegisterExecutor message, RpcCall call, Throwable error) {
        metrics.rejectedRequests.inc();
        metrics.failedRegistrations.inc();
        Throwable cause = ErrorMessages.cause(error);
        if (!(cause instanceof ClientGoneException)) {
            warn(message, call, cause);
        }
        if (isConfidential(cause)) {
            call.fail(ProtocolErrors.refusedLocalDirs(message.info().localDirs()));
        } else {
            call.fail(cause);
        }
    }

    /**
     * Returns why the dirs are not accepted. What the client may know comes first: which of the reasons it gets must not
     * depend on what exists.
     */
    private static Throwable reason(List<CompletableFuture<Void>> ended) {
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

    /** Checks all dirs, those of each disk on its pool; completes with the last one. */
    private CompletableFuture<List<LocalDir>> accept(List<String> dirs, Caller client) {
        try {
            for (String dir : dirs) {
                policy.checkSpelling(dir);
            }
        } catch (LocalDirRefusedException e) {
            return CompletableFuture.failedFuture(e);
        }
        Map<Path, List<Integer>> byDisk = new LinkedHashMap<>();
        for (int i = 0; i < dirs.size(); i++) {
            byDisk.computeIfAbsent(disk(dirs.get(i)), disk -> new ArrayList<>(1))
                    .add(i);
        }
        LocalDir[] accepted = new LocalDir[dirs.size()];
        List<CompletableFuture<Void>> checks = byDisk.entrySet().stream()
                .map(entry -> check(entry.getKey(), dirs, entry.getValue(), accepted, client))
                .toList();
        return CompletableFuture.allOf(checks.toArray(CompletableFuture[]::new)).handle((all, failure) -> {
            if (failure != null) {
                throw new CompletionException(reason(checks));
            }
            return List.of(accepted);
        });
    }

    private CompletableFuture<Void> check(
            Path disk, List<String> dirs, List<Integer> indexes, LocalDir[] accepted, Caller client) {
        String first = dirs.get(indexes.get(0));
        if (rootMonitor.isUnresponsive(disk)) {
            // The check would take a thread of that disk and never complete.
            return CompletableFuture.failedFuture(new IllegalStateException("local dir: " + Sanitizer.printable(first)
                    + " (expected: a dir on a responsive disk, but the disk of root " + disk + " hangs)"));
        }
        return slices.forEach(disk, client, indexes, index -> accepted[index] = policy.accept(dirs.get(index)))
                .exceptionally(error -> {
                    if (error instanceof RejectedExecutionException refusal) {
                        throw rejected(first, disk, refusal);
                    }
                    throw new CompletionException(error);
                });
    }

    private static IllegalStateException rejected(String dir, Path disk, RejectedExecutionException refusal) {
        return new IllegalStateException("local dir " + Sanitizer.printable(dir) + " cannot be checked on disk " + disk
                + ": " + DiskRefusals.reason(refusal, "requests"));
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
        String reason = ErrorMessages.of(cause) + detail.stripTrailing();
        events.record(
                EventKind.REFUSAL,
                message.executor().appId(),
                "executor " + message.executor().execId() + " from "
                        + call.caller().remoteAddress() + ": " + reason);
        rateLimitedLogger.warn(
                logger,
                unknown ? "registration without descriptors" : "registration",
                (unknown ? "Could not register " : "Refused to register ") + message.executor() + " from "
                        + call.caller().remoteAddress() + ": " + reason);
    }
}
