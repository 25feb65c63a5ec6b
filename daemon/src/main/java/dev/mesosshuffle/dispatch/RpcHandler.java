package dev.mesosshuffle.dispatch;

import com.codahale.metrics.Timer;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.ExecutorShuffleInfo;
import dev.mesosshuffle.protocol.ErrorText;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.registry.DriverInCharge;
import dev.mesosshuffle.registry.RegisteredExecutor;
import dev.mesosshuffle.registry.Registry;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers each kind of message, or passes it to who does. Called on event loops; never waits. */
final class RpcHandler implements RpcMessage.Visitor<Call> {
    /** Named as in Spark, for operators look for its lines. */
    private static final Logger sparkLogger =
            LoggerFactory.getLogger("org.apache.spark.deploy.mesos.MesosExternalShuffleBlockHandler");

    private static final Logger logger = LoggerFactory.getLogger(RpcHandler.class);

    /** The name under which clients ask for the dirs of merged blocks, from Spark's {@code ExternalBlockHandler}. */
    private static final String SHUFFLE_MERGER = "shuffle-push-merger";

    private final Registry registry;
    private final LivenessMonitor liveness;
    private final ExecutorRegistration executorRegistration;
    private final BlockRemoval blockRemoval;
    private final Diagnoses diagnoses;
    private final DispatchMetrics metrics;
    private final QuietLog quietLog;

    RpcHandler(
            Registry registry,
            LivenessMonitor liveness,
            ExecutorRegistration executorRegistration,
            BlockRemoval blockRemoval,
            Diagnoses diagnoses,
            DispatchMetrics metrics,
            QuietLog quietLog) {
        this.registry = registry;
        this.liveness = liveness;
        this.executorRegistration = executorRegistration;
        this.blockRemoval = blockRemoval;
        this.diagnoses = diagnoses;
        this.metrics = metrics;
        this.quietLog = quietLog;
    }

    @Override
    public void registerExecutor(RpcMessage.RegisterExecutor message, Call call) {
        executorRegistration.register(message, call);
    }

    @Override
    public void openStream(RpcMessage.OpenStream message, Call call) {
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
    public void removeBlocks(RpcMessage.RemoveBlocks message, Call call) {
        RegisteredExecutor executor = registry.executor(message.executor());
        if (executor == null) {
            notRegistered(message.executor(), call);
            return;
        }
        liveness.activity(message.executor().appId());
        blockRemoval.remove(executor, message.fileNames(), call);
    }

    @Override
    public void getLocalDirs(RpcMessage.GetLocalDirs message, Call call) {
        Map<String, ExecutorShuffleInfo> dirs = new HashMap<>();
        for (AppExecId id : message.executors()) {
            liveness.activity(id.appId());
            if (id.execId().equals(SHUFFLE_MERGER)) {
                metrics.refusedRequests.inc();
                call.failed(ErrorText.NO_MERGED_SHUFFLE);
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
    public void diagnoseCorruption(RpcMessage.DiagnoseCorruption message, Call call) {
        diagnoses.diagnose(registry.executor(message.executor()), message, call);
    }

    @Override
    public void registerDriver(RpcMessage.RegisterDriver message, Call call) {
        String appId = message.appId();
        String remoteAddress = call.connection().remoteAddress();
        sparkLogger.info(
                "Received registration request from app {} (remote address {}, heartbeat timeout {} ms).",
                appId,
                remoteAddress,
                message.heartbeatTimeoutMs());
        call.session().becomeDriver(appId);
        DriverInCharge inCharge =
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
    public void heartbeat(RpcMessage.Heartbeat message, Call call) {
        liveness.heartbeat(message.appId(), call.session());
        call.done();
    }

    @Override
    public void refused(RpcMessage.Refused message, Call call) {
        metrics.refusedRequests.inc();
        logger.debug("Refused a message from {}: {}", call.connection().remoteAddress(), message.error());
        call.failed(message.error());
    }

    /** Answers a request about pushed and merged blocks, which only YARN's service has. */
    void refuseMerged(Call call) {
        Timer.Context timer = metrics.fetchMergedBlocksMetaLatency.time();
        metrics.refusedRequests.inc();
        call.failed(ErrorText.NO_MERGED_SHUFFLE);
        timer.stop();
    }

    private void notRegistered(AppExecId id, Call call) {
        metrics.refusedRequests.inc();
        call.failed(ErrorText.notRegistered(id));
    }
}
