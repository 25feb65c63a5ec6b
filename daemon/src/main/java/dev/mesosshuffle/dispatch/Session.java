package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.fetch.ChunkLimiter;
import dev.mesosshuffle.fetch.ChunkRefusedException;
import dev.mesosshuffle.fetch.ChunkResolver;
import dev.mesosshuffle.fetch.Connection;
import dev.mesosshuffle.fetch.ConnectionStreams;
import dev.mesosshuffle.fetch.FetchQueue;
import dev.mesosshuffle.fetch.StreamRequestQueue;
import dev.mesosshuffle.liveness.LivenessMonitor;
import dev.mesosshuffle.model.CloseReason;
import dev.mesosshuffle.protocol.Reply;
import dev.mesosshuffle.protocol.Request;
import dev.mesosshuffle.protocol.RpcMessage;
import java.util.HashSet;
import java.util.Set;

/**
 * What goes on over one connection: its streams, the chunks it waits for, and whether it is a driver's.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop.
 */
public final class Session implements Request.Visitor {
    private final Connection connection;
    private final RpcHandler rpcHandler;
    private final ConnectionStreams streams;
    private final ChunkResolver chunks;
    private final StreamRequestQueue streamRequests;
    private final FetchQueue fetches;
    private final ChunkLimiter admission;
    private final LivenessMonitor liveness;

    private final Set<String> drivers = new HashSet<>();

    Session(
            Connection connection,
            RpcHandler rpcHandler,
            ConnectionStreams streams,
            ChunkResolver chunks,
            StreamRequestQueue streamRequests,
            FetchQueue fetches,
            ChunkLimiter admission,
            LivenessMonitor liveness) {
        this.connection = connection;
        this.rpcHandler = rpcHandler;
        this.streams = streams;
        this.chunks = chunks;
        this.streamRequests = streamRequests;
        this.fetches = fetches;
        this.admission = admission;
        this.liveness = liveness;
    }

    /** The client sent something. */
    public void onRequest(Request request) {
        request.accept(this);
    }

    /** All that came in one burst was passed to {@link #onRequest}. */
    public void onBurstEnd() {
        fetches.pump();
    }

    /** Replies have left, and there is room for blocks again. */
    public void onRoomForBlocks() {
        fetches.pump();
    }

    /** The connection is gone; nothing else is called after this. */
    public void onClosed(CloseReason reason) {
        fetches.close();
        drivers.forEach(appId -> liveness.driverDisconnected(appId, this, reason));
    }

    /** Opens a stream of an executor's blocks and returns its id. */
    long openStream(RpcMessage.OpenStream message) {
        return streams.open(message.executor(), message.blocks());
    }

    /** From here on this is the connection over which a driver sends its heartbeats. */
    void becomeDriver(String appId) {
        drivers.add(appId);
        connection.keepWhenIdle();
    }

    @Override
    public void fetchChunk(Request.FetchChunk request) {
        if (!admission.admit(connection)) {
            return;
        }
        try {
            fetches.add(chunks.take(request.streamId(), request.chunkIndex()));
        } catch (ChunkRefusedException e) {
            admission.dismiss();
            connection.send(Reply.chunkFailed(request.streamId(), request.chunkIndex(), e.error()));
            connection.flush();
        }
    }

    @Override
    public void fetchStream(Request.FetchStream request) {
        if (admission.admit(connection)) {
            streamRequests.add(request.streamChunkId());
        }
    }

    @Override
    public void rpc(Request.Rpc request) {
        request.message().accept(rpcHandler, new RpcCall(this, connection, request.requestId()));
    }

    @Override
    public void oneWay(Request.OneWay request) {
        request.message().accept(rpcHandler, new RpcCall(this, connection, null));
    }

    @Override
    public void upload(Request.Upload request) {
        rpcHandler.refuseMerged(new RpcCall(this, connection, request.requestId()));
        // Where its body ends is not worth finding out: nothing here takes one.
        connection.close();
    }

    @Override
    public void mergedBlockMeta(Request.MergedBlockMeta request) {
        rpcHandler.refuseMerged(new RpcCall(this, connection, request.requestId()));
    }
}
