package dev.mesosshuffle.dispatch;

import com.codahale.metrics.Timer;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.jfr.FlightRecording;
import dev.mesosshuffle.jfr.OpenStreamEvent;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.logging.ErrorMessages;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.logging.SparkLoggers;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.RegisteredExecutor;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.RpcMessage;
import dev.mesosshuffle.registry.Registry;
import dev.mesosshuffle.registry.StoredDrivers;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Handles each kind of message, or passes it to its handler. Called on event loops; never blocks. */
final class RpcHandler implements RpcMessage.Visitor<RpcCall> {
    private static final Logger logger = LoggerFactory.getLogger(RpcHandler.class);

    private final Registry registry;
    private final LivenessMonitor liveness;
    private final RegisterExecutorHandler registerExecutorHandler;
    private final RemoveBlocksHandler removeBlocksHandler;
    private final DiagnoseCorruptionHandler diagnoseCorruptionHandler;
    private final GetLocalDirsHandler getLocalDirsHandler;
    private final DispatchMetrics metrics;
    private final RateLimitedLogger rateLimitedLogger;
    private final EventRecorder events;

    RpcHandler(
            Registry registry,
            LivenessMonitor liveness,
            RegisterExecutorHandler registerExecutorHandler,
            RemoveBlocksHandler removeBlocksHandler,
            DiagnoseCorruptionHandler diagnoseCorruptionHandler,
            DispatchMetrics metrics,
            RateLimitedLogger rateLimitedLogger,
            EventRecorder events) {
        this.registry = registry;
        this.liveness = liveness;
        this.registerExecutorHandler = registerExecutorHandler;
        this.removeBlocksHandler = removeBlocksHandler;
        this.diagnoseCorruptionHandler = diagnoseCorruptionHandler;
        this.getLocalDirsHandler = new GetLocalDirsHandler(registry, liveness, metrics);
        this.metrics = metrics;
        this.rateLimitedLogger = rateLimitedLogger;
        this.events = events;
    }

    /** A handler of the messages of one authenticated client. */
    RpcMessage.Visitor<RpcCall> restrictedTo(ClientIdentity client) {
        return new AuthorizationFilter(client, this, metrics, rateLimitedLogger, events);
    }

    @Override
    public void registerExecutor(RpcMessage.RegisterExecutor message, RpcCall call) {
        registerExecutorHandler.register(message, call);
    }

    @Override
    public void openStream(RpcMessage.OpenStream message, RpcCall call) {
        Timer.Context timer = metrics.openBlockRequestLatency.time();
        OpenStreamEvent recorded = FlightRecording.openStream();
        try {
            liveness.activity(message.executor().appId());
            RegisteredExecutor executor = registry.executor(message.executor());
            if (executor == null) {
                rejectUnregistered(message.executor(), call);
                return;
            }
            if (call.isOneWay()) {
                // Nobody learns the stream's id, so nobody could request its chunks.
                call.drop();
                return;
            }
            try {
                // The executor's own id, so that a stream keeps no texts of its message.
                OptionalLong streamId = call.caller().openStream(executor.id(), message.blocks());
                if (streamId.isEmpty()) {
                    call.drop();
                    return;
                }
                call.caller().requestSucceeded();
                call.respond(id -> Reply.streamOpened(
                        id, streamId.getAsLong(), message.blocks().size()));
            } catch (IllegalArgumentException e) {
                metrics.rejectedRequests.inc();
                call.fail(e);
            }
        } finally {
            timer.stop();
            if (recorded != null) {
                recorded.executor = message.executor().toString();
                recorded.client = call.caller().remoteAddress();
                recorded.blocks = message.blocks().size();
                recorded.commit();
            }
        }
    }

    @Override
    public void removeBlocks(RpcMessage.RemoveBlocks message, RpcCall call) {
        RegisteredExecutor executor = registry.executor(message.executor());
        if (executor == null) {
            rejectUnregistered(message.executor(), call);
            return;
        }
        liveness.activity(message.executor().appId());
        removeBlocksHandler.remove(executor, message.fileNames(), call);
    }

    @Override
    public void getLocalDirs(RpcMessage.GetLocalDirs message, RpcCall call) {
        getLocalDirsHandler.find(message.executors(), call);
    }

    @Override
    public void diagnoseCorruption(RpcMessage.DiagnoseCorruption message, RpcCall call) {
        diagnoseCorruptionHandler.diagnose(registry.executor(message.executor()), message, call);
    }

    @Override
    public void registerDriver(RpcMessage.RegisterDriver message, RpcCall call) {
        if (!call.takeTurn(call.caller().requestTurns(), done -> registerDriver(message, call, done))) {
            metrics.rejectedRequests.inc();
        }
    }

    private void registerDriver(RpcMessage.RegisterDriver message, RpcCall call, Runnable done) {
        String appId = message.appId();
        String remoteAddress = call.caller().remoteAddress();
        try {
            call.caller().registerDriver(appId);
        } catch (IllegalArgumentException e) {
            metrics.rejectedRequests.inc();
            done.run();
            call.fail(e);
            return;
        }
        SparkLoggers.BLOCK_HANDLER.info(
                "Received registration request from app {} (remote address {}, heartbeat timeout {} ms).",
                appId,
                remoteAddress,
                message.heartbeatTimeoutMs());
        StoredDrivers storedDrivers = liveness.driverRegistered(
                appId, message.heartbeatTimeoutMs(), message.reregisters(), call.caller(), remoteAddress);
        var unused = registry.registerDriver(appId, storedDrivers, call.caller().clientGroup())
                .whenComplete(
                        (registered, error) -> call.guard(() -> driverRegistered(appId, call, done, error), done));
    }

    private void driverRegistered(String appId, RpcCall call, Runnable done, @Nullable Throwable error) {
        // Before the next turn, which may register on the same connection.
        if (error == null) {
            liveness.driverStored(appId);
        } else {
            liveness.driverRefused(appId, call.caller());
        }
        done.run();
        if (error == null) {
            call.caller().requestSucceeded();
            events.record(
                    EventKind.REGISTRATION, appId, "driver at " + call.caller().remoteAddress());
            call.succeed();
        } else {
            events.record(
                    EventKind.REFUSAL,
                    appId,
                    "driver at " + call.caller().remoteAddress() + ": " + ErrorMessages.of(error));
            rateLimitedLogger.warn(
                    logger,
                    "driver registration",
                    "Driver of " + appId + " at " + call.caller().remoteAddress() + " could not be registered: "
                            + ErrorMessages.of(error));
            call.fail(error);
        }
    }

    @Override
    public void heartbeat(RpcMessage.Heartbeat message, RpcCall call) {
        liveness.heartbeat(message.appId(), call.caller());
        call.succeed();
    }

    @Override
    public void invalid(RpcMessage.Invalid message, RpcCall call) {
        metrics.rejectedRequests.inc();
        logger.debug("Rejected a message from {}: {}", call.caller().remoteAddress(), message.error());
        call.fail(message.error());
    }

    /** Rejects a request about merged blocks, which only YARN's service has. */
    void rejectMerged(RpcCall call) {
        Timer.Context timer = metrics.fetchMergedBlocksMetaLatency.time();
        metrics.rejectedRequests.inc();
        call.fail(ProtocolErrors.NO_MERGED_SHUFFLE);
        timer.stop();
    }

    private void rejectUnregistered(AppExecId id, RpcCall call) {
        metrics.rejectedRequests.inc();
        call.fail(ProtocolErrors.notRegistered(id));
    }
}
