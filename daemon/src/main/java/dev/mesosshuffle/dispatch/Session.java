package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.fetch.ChunkFetcher;
import dev.mesosshuffle.fetch.Connection;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.Request;
import java.util.HashSet;
import java.util.Set;

/**
 * One connection's requests: routes them, and remembers which applications' drivers it belongs to.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop, except {@link #remoteAddress} and {@link #send}.
 */
public final class Session implements Request.Visitor, Caller {
    /** A process of Spark is the driver of one application. */
    static final int MAX_DRIVER_APPS = 1024;

    private final Connection connection;
    private final RpcHandler rpcHandler;
    private final ChunkFetcher chunkFetcher;
    private final LivenessMonitor liveness;

    private final Set<String> driverApps = new HashSet<>();

    Session(Connection connection, RpcHandler rpcHandler, ChunkFetcher chunkFetcher, LivenessMonitor liveness) {
        this.connection = connection;
        this.rpcHandler = rpcHandler;
        this.chunkFetcher = chunkFetcher;
        this.liveness = liveness;
    }

    /** Handles a request. */
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
    public long maxAnswerBytes(long wantedBytes) {
        return connection.maxAnswerBytes(wantedBytes);
    }

    @Override
    public long openStream(AppExecId executor, BlockIds blocks) {
        return chunkFetcher.openStream(executor, blocks);
    }

    @Override
    public void registerDriver(String appId) {
        if (driverApps.size() == MAX_DRIVER_APPS && !driverApps.contains(appId)) {
            throw new IllegalArgumentException("applications whose driver is on this connection: " + driverApps.size()
                    + " (expected: at most " + MAX_DRIVER_APPS + ")");
        }
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
        request.message().accept(rpcHandler, new RpcCall(this, request.requestId()));
    }

    @Override
    public void oneWay(Request.OneWay request) {
        request.message().accept(rpcHandler, new RpcCall(this, null));
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
