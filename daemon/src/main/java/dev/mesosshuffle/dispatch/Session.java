package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.concurrent.HeapShortage;
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
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One connection's requests: routes them, and remembers which applications' drivers it belongs to.
 *
 * <p><b>Concurrency:</b> confined to the connection's event loop, except where {@link Caller} says otherwise.
 */
public final class Session implements Request.Visitor, Caller {
    /** An executor registers once; a driver removes the blocks of many executors at a time. */
    private static final int MAX_REQUESTS_IN_PROGRESS = 8;

    /** As many as a connection may have without a reply; one-way messages, which get none, count too. */
    private static final int MAX_WAITING_REQUESTS = 8192;

    /** A process of Spark is the driver of one application; each costs a write of the registry, and the end of all one turn. */
    static final int MAX_DRIVER_APPS = 1024;

    private final Connection connection;
    private final RpcHandler rpcHandler;
    private final ChunkFetcher chunkFetcher;
    private final LivenessMonitor liveness;
    private final ByteBudget unanswered;

    private final Set<String> driverApps = new HashSet<>();
    private final Runnable driversEnd;
    private CloseReason closeReason = CloseReason.CLOSED_LOCALLY;
    private final RequestTurns requestTurns;
    private final RequestTurns longRequestTurns;
    private RpcMessage.Visitor<RpcCall> messages;
    private @Nullable ClientIdentity identity;

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
        this.messages = rpcHandler;
        this.chunkFetcher = chunkFetcher;
        this.liveness = liveness;
        this.driversEnd = connection.prepare(this::endDrivers);
        this.requestTurns = new RequestTurns(MAX_REQUESTS_IN_PROGRESS, MAX_WAITING_REQUESTS, connection::executeLater);
        this.longRequestTurns = new RequestTurns(1, MAX_WAITING_REQUESTS, connection::executeLater);
        this.unanswered = unanswered;
    }

    /**
     * From here on, the client may ask about its own application alone.
     *
     * @param client who it has proved to be
     * @throws IllegalStateException if it has proved something before
     */
    public void identify(ClientIdentity client) {
        if (identity != null) {
            throw new IllegalStateException(
                    "a second identity: " + client.appId() + " (expected: " + identity.appId() + ")");
        }
        identity = client;
        messages = rpcHandler.restrictedTo(client);
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
        closeReason = reason;
        try {
            chunkFetcher.close();
        } finally {
            try {
                requestTurns.close();
                longRequestTurns.close();
            } finally {
                endDrivers();
            }
        }
    }

    /**
     * Must not be lost: a driver whose connection this service closed would be taken for one that sends no heartbeats. If there
     * is no memory, it is repeated, until there is or the process ends for it.
     */
    private void endDrivers() {
        try {
            for (Iterator<String> appIds = driverApps.iterator(); appIds.hasNext(); appIds.remove()) {
                liveness.driverDisconnected(appIds.next(), this, closeReason);
            }
        } catch (OutOfMemoryError e) {
            HeapShortage.survived(e);
            driversEnd.run();
        }
    }

    @Override
    public Object clientGroup() {
        return connection.clientGroup();
    }

    @Override
    public String remoteAddress() {
        return connection.remoteAddress();
    }

    @Override
    public boolean isOpen() {
        return connection.isOpen();
    }

    @Override
    public void executeLater(Runnable task) {
        connection.executeLater(task);
    }

    @Override
    public void fail(Throwable cause) {
        try {
            connection.close();
            // The connection logs what its tasks fail with.
            connection.executeLater(() -> {
                if (cause instanceof Error error) {
                    throw error;
                }
                throw new IllegalStateException("a request failed unexpectedly", cause);
            });
        } catch (OutOfMemoryError e) {
            // Most likely it is closed; else its client gives up. Whoever reports a failure must not fail by it.
            HeapShortage.survived(e);
        }
    }

    @Override
    public RequestTurns requestTurns() {
        return requestTurns;
    }

    @Override
    public RequestTurns longRequestTurns() {
        return longRequestTurns;
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
    public OptionalLong openStream(AppExecId executor, BlockIds blocks) {
        return chunkFetcher.openStream(executor, blocks);
    }

    @Override
    public void requestSucceeded() {
        connection.requestSucceeded();
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
        handle(request.message(), request.requestId());
    }

    @Override
    public void oneWay(Request.OneWay request) {
        handle(request.message(), null);
    }

    private void handle(RpcMessage message, @Nullable Long requestId) {
        long bytes = message.retainedBytes();
        // Made before the bytes are reserved, so that whatever fails after that releases them.
        RpcCall call = bytes == 0
                ? new RpcCall(this, requestId)
                : new RpcCall(this, requestId, () -> unanswered.release(bytes));
        if (bytes > 0 && !unanswered.tryReserve(bytes)) {
            refuse(message, bytes, requestId);
            return;
        }
        try {
            message.accept(messages, call);
        } catch (RuntimeException | Error e) {
            call.drop();
            connection.close();
            throw e;
        }
        if (identity != null && message instanceof RpcMessage.Invalid invalid && invalid.isHandshake()) {
            // A client proves once who it is. No client of Spark begins again.
            connection.close();
        }
    }

    /** A client tries again only when its connection is closed; a registration it tries again after a failure. */
    private void refuse(RpcMessage message, long bytes, @Nullable Long requestId) {
        if (message instanceof RpcMessage.RegisterExecutor || bytes > unanswered.maxBytes()) {
            rpcHandler.invalid(new RpcMessage.Invalid(ProtocolErrors.noMemory(bytes)), new RpcCall(this, requestId));
        } else {
            chunkFetcher.shed(
                    "unanswered requests", "No memory for one more unanswered request; raise SPARK_DAEMON_MEMORY.");
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
