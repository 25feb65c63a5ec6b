package dev.mesosshuffle.dispatch;

import com.codahale.metrics.Counter;
import dev.mesosshuffle.events.EventKind;
import dev.mesosshuffle.events.EventRecorder;
import dev.mesosshuffle.logging.RateLimitedLogger;
import dev.mesosshuffle.logging.Sanitizer;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.RpcMessage;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets an authenticated client's messages pass if they are about its own application. Each kind of message has its decision
 * here, before anything looks the application up: the answer about another one tells nothing of whether it exists. Chunks
 * need none, because streams belong to the connection that opened them, and requests about merged blocks need none, because
 * all of them are refused.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
final class AuthorizationFilter implements RpcMessage.Visitor<RpcCall> {
    private static final Logger logger = LoggerFactory.getLogger(AuthorizationFilter.class);

    private final ClientIdentity client;
    private final RpcMessage.Visitor<RpcCall> authorized;
    private final DispatchMetrics metrics;
    private final RateLimitedLogger rateLimitedLogger;
    private final EventRecorder events;

    /**
     * Creates a filter.
     *
     * @param client who it is
     * @param authorized gets what it may ask
     */
    AuthorizationFilter(
            ClientIdentity client,
            RpcMessage.Visitor<RpcCall> authorized,
            DispatchMetrics metrics,
            RateLimitedLogger rateLimitedLogger,
            EventRecorder events) {
        this.client = client;
        this.authorized = authorized;
        this.metrics = metrics;
        this.rateLimitedLogger = rateLimitedLogger;
        this.events = events;
    }

    @Override
    public void registerExecutor(RpcMessage.RegisterExecutor message, RpcCall call) {
        pass(message, message.executor().appId(), call);
    }

    @Override
    public void openStream(RpcMessage.OpenStream message, RpcCall call) {
        pass(message, message.executor().appId(), call);
    }

    @Override
    public void removeBlocks(RpcMessage.RemoveBlocks message, RpcCall call) {
        pass(message, message.executor().appId(), call);
    }

    @Override
    public void getLocalDirs(RpcMessage.GetLocalDirs message, RpcCall call) {
        // The message has one application for all of its executors; without any, the answer is empty.
        Iterator<AppExecId> executors = message.executors().iterator();
        pass(message, executors.hasNext() ? executors.next().appId() : client.appId(), call);
    }

    @Override
    public void diagnoseCorruption(RpcMessage.DiagnoseCorruption message, RpcCall call) {
        pass(message, message.executor().appId(), call);
    }

    /** Spark's service does not check this one, nor heartbeats: there, whoever knows the secret can end any application. */
    @Override
    public void registerDriver(RpcMessage.RegisterDriver message, RpcCall call) {
        pass(message, message.appId(), call);
    }

    @Override
    public void heartbeat(RpcMessage.Heartbeat message, RpcCall call) {
        pass(message, message.appId(), metrics.foreignHeartbeats, call);
    }

    /** It is about no application, and gets a failure in any case. */
    @Override
    public void invalid(RpcMessage.Invalid message, RpcCall call) {
        authorized.invalid(message, call);
    }

    private void pass(RpcMessage message, String appId, RpcCall call) {
        pass(message, appId, metrics.unauthorizedRequests, call);
    }

    private void pass(RpcMessage message, String appId, Counter refusals, RpcCall call) {
        if (client.appId().equals(appId)) {
            message.accept(authorized, call);
        } else {
            refuse(appId, refusals, call);
        }
    }

    private void refuse(String appId, Counter refusals, RpcCall call) {
        refusals.inc();
        events.record(
                EventKind.REFUSAL,
                client.appId(),
                "its client at " + call.caller().remoteAddress() + " asked about application " + appId);
        rateLimitedLogger.warn(
                logger,
                "unauthorized",
                "Refused a request about application " + Sanitizer.printable(appId) + " from "
                        + call.caller().remoteAddress() + ", which authenticated itself for "
                        + Sanitizer.printable(client.appId())
                        + ". Spark's clients never do this: find out what runs there.");
        call.fail(ProtocolErrors.notAuthorized(client.appId(), appId));
    }
}
