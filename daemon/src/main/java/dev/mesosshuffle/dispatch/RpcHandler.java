package dev.mesosshuffle.dispatch;

import com.codahale.metrics.Timer;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.logging.SparkLoggers;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.registry.StoredDrivers;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers each kind of message, or passes it to who does. Called on event loops; never waits. */
final class RpcHandler implements RpcMessage.Visitor<RpcCall> {
    /** Named as in Spark, for operators look for its lines. */
    private static final Logger logger = LoggerFactory.getLogger(RpcHandler.class);

    /** The name under which clients ask for the dirs of merged blocks, from Spark's {@code ExternalBlockHandler}. */
    private static final String SHUFFLE_MERGER = "shuffle-push-merger";

    private final Registry registry;
    private final LivenessMonitor liveness;
    private final RegisterExecutorHandler executorRegistration;
    private final RemoveBlocksHandler blockRemoval;
    private final DiagnoseCorruptionHandler diagnoses;
    private final DispatchMetrics metrics;
    private final RateLimitedLogger quietLog;

    RpcHandler(
            Registry registry,
            LivenessMonitor liveness,
            RegisterExecutorHandler executorRegistration,
            RemoveBlocksHandler blockRemoval,
            DiagnoseCorruptionHandler diagnoses,
            DispatchMetrics metrics,
            RateLimitedLogger quietLog) {
        this.registry = registry;
        this.liveness = liveness;
        this.executorRegistration = executorRegistration;
        this.blockRemoval = blockRemoval;
        this.diagnoses = diagnoses;
        this.metrics = metrics;
        this.quietLog = quietLog;
    }

    @Override
    public void registerExecutor(RpcMessage.RegisterExecutor message, RpcCall call) {
        executorRegistration.register(message, call);
    }

    @Override
    public void openStream(RpcMessage.OpenStream message, RpcCall call) {
        Timer.Context timer = metrics.openBlockRequestLatency.time();
        try {
            liveness.activity(message.executor().appId());
            if (registry.executor(message.executor()) == null) {
                notRegistered(message.executor(), call);
                return;
            }
            try {
                long streamId = call.session().openStream(message);
                call.answer(
                        id -> Reply.streamOpened(id, streamId, message.blocks().size()));
            } catch (IllegalArgumentException e) {
                metrics.refusedRequests.inc();
                call.badRequest(String.valueOf(e.getMessage()));
            }
        } finally {
            timer.stop();
        }
    }

    @Override
    public void removeBlocks(RpcMessage.RemoveBlocks message, RpcCall call) {
        RegisteredExecutor executor = registry.executor(message.executor());
        if (executor == null) {
            notRegistered(message.executor(), call);
            return;
        }
        liveness.activity(message.executor().appId());
        blockRemoval.remove(executor, message.fileNames(), call);
    }

    @Override
    public void getLocalDirs(RpcMessage.GetLocalDirs message, RpcCall call) {
        Map<String, ExecutorShuffleInfo> dirs = new HashMap<>();
        for (AppExecId id : message.executors()) {
            liveness.activity(id.appId());
            if (id.execId().equals(SHUFFLE_MERGER)) {
                metrics.refusedRequests.inc();
                call.failed(ProtocolErrors.NO_MERGED_SHUFFLE);
                return;
            }
            RegisteredExecutor executor = registry.executor(id);
            if (executor == null) {
                // As in Spark's service, one unknown executor fails the whole request.
                notRegistered(id, call);
                return;
            }
            dirs.put(id.execId(), executor.info());
        }
        call.answer(id -> Reply.localDirs(id, dirs));
    }

    @Override
    public void diagnoseCorruption(RpcMessage.DiagnoseCorruption message, RpcCall call) {
        diagnoses.diagnose(registry.executor(message.executor()), message, call);
    }

    @Override
    public void registerDriver(RpcMessage.RegisterDriver message, RpcCall call) {
        String appId = message.appId();
        String remoteAddress = call.connection().remoteAddress();
        SparkLoggers.BLOCK_HANDLER.info(
                "Received registration request from app {} (remote address {}, heartbeat timeout {} ms).",
                appId,
                remoteAddress,
                message.heartbeatTimeoutMs());
        call.session().becomeDriver(appId);
        StoredDrivers inCharge =
                liveness.driverRegistered(appId, message.heartbeatTimeoutMs(), call.session(), remoteAddress);
        var unused = registry.registerDriver(appId, inCharge).whenComplete((done, error) -> {
            if (error == null) {
                liveness.driverStored(appId);
                call.done();
            } else {
                quietLog.warn(
                        logger,
                        "driver registration",
                        "Driver of " + appId + " at " + remoteAddress + " could not be registered: "
                                + Failures.text(error));
                call.failed(Failures.forClient(error));
            }
        });
    }

    @Override
    public void heartbeat(RpcMessage.Heartbeat message, RpcCall call) {
        liveness.heartbeat(message.appId(), call.session());
        call.done();
    }

    @Override
    public void refused(RpcMessage.Refused message, RpcCall call) {
        metrics.refusedRequests.inc();
        logger.debug("Refused a message from {}: {}", call.connection().remoteAddress(), message.error());
        call.failed(message.error());
    }

    /** Answers a request about pushed and merged blocks, which only YARN's service has. */
    void refuseMerged(RpcCall call) {
        Timer.Context timer = metrics.fetchMergedBlocksMetaLatency.time();
        metrics.refusedRequests.inc();
        call.failed(ProtocolErrors.NO_MERGED_SHUFFLE);
        timer.stop();
    }

    private void notRegistered(AppExecId id, RpcCall call) {
        metrics.refusedRequests.inc();
        call.failed(ProtocolErrors.notRegistered(id));
    }
}
