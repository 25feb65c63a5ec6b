package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.fetch.ChunkFetcher;
import dev.mesosshuffle.fetch.Connection;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.memory.ByteBudget;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.protocol.ProtocolErrors;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.Request;
import dev.mesosshuffle.protocol.RpcMessage;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One connection's requests: routes them, and remembers which applications' drivers it belongs to.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop, except {@link #remoteAddress}, {@link #send} and {@link
 * #requestSucceeded}.
 */
public final class Session implements Request.Visitor, Caller {
    private final Connection connection;
    private final RpcHandler rpcHandler;
    private final ChunkFetcher chunkFetcher;
    private final LivenessMonitor liveness;
    private final ByteBudget unanswered;

    private final Set<String> driverApps = new HashSet<>();

    /**
     * Creates a session.
     *
     * @param unanswered for the messages that are not answered yet
     */
    Session(
            Connection connection,
            RpcHandler rpcHandler,
            ChunkFetcher chunkFetcher,
            LivenessMonitor liveness,
            ByteBudget unanswered) {
        this.connection = connection;
        this.rpcHandler = rpcHandler;
        this.chunkFetcher = chunkFetcher;
        this.liveness = liveness;
        this.unanswered = unanswered;
    }

    /** Handles a request: on the event loop, or, if it does not need that, on a thread that it waits for. */
    public void onRequest(Request request) {
        request.accept(this);
    }

    /** Starts the reads of the chunks that were requested in one read of the socket. */
    public void onReadComplete() {
        chunkFetcher.schedule();
    }

    /** Resumes the reads, since replies were sent and the connection is writable again. */
    public void onWritable() {
        chunkFetcher.schedule();
    }

    /** Ends the session; nothing else is called afterwards. */
    public void onClosed(CloseReason reason) {
        chunkFetcher.close();
        driverApps.forEach(appId -> liveness.driverDisconnected(appId, this, reason));
    }

    @Override
    public String remoteAddress() {
        return connection.remoteAddress();
    }

    @Override
    public void send(Reply reply) {
        connection.send(reply);
        connection.flush();
    }

    @Override
    public long openStream(AppExecId executor, BlockIds blocks) {
        return chunkFetcher.openStream(executor, blocks);
    }

    @Override
    public void requestSucceeded() {
        connection.requestSucceeded();
    }

    @Override
    public void registerDriver(String appId) {
        driverApps.add(appId);
        connection.disableIdleTimeout();
    }

    @Override
    public void fetchChunk(Request.FetchChunk request) {
        chunkFetcher.fetchChunk(request.streamId(), request.chunkIndex());
    }

    @Override
    public void fetchStream(Request.FetchStream request) {
        chunkFetcher.fetchStream(request.streamChunkId());
    }

    @Override
    public void rpc(Request.Rpc request) {
        handle(request.message(), request.requestId());
    }

    @Override
    public void oneWay(Request.OneWay request) {
        handle(request.message(), null);
    }

    private void handle(RpcMessage message, @Nullable Long requestId) {
        long bytes = message.retainedBytes();
        if (bytes == 0) {
            message.accept(rpcHandler, new RpcCall(this, requestId));
        } else if (unanswered.tryReserve(bytes)) {
            message.accept(rpcHandler, new RpcCall(this, requestId, () -> unanswered.release(bytes)));
        } else {
            rpcHandler.invalid(new RpcMessage.Invalid(ProtocolErrors.noMemory(bytes)), new RpcCall(this, requestId));
        }
    }

    @Override
    public void upload(Request.Upload request) {
        rpcHandler.rejectMerged(new RpcCall(this, request.requestId()));
        // The body follows outside of the frame, and nothing here accepts one: do not search for its end.
        connection.close();
    }

    @Override
    public void mergedBlockMeta(Request.MergedBlockMeta request) {
        rpcHandler.rejectMerged(new RpcCall(this, request.requestId()));
    }
}
