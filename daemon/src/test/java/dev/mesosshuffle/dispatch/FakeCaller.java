package dev.mesosshuffle.dispatch;

import dev.mesosshuffle.fetch.FakeConnection;
import dev.mesosshuffle.model.AppExecId;
import dev.mesosshuffle.model.BlockIds;
import dev.mesosshuffle.protocol.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client that records its replies, in hex, and what it was made. */
final class FakeCaller implements Caller {
    static final String ADDRESS = "/10.0.0.2:4711";
    static final long STREAM = 99;

    boolean succeeded;
    final List<AppExecId> streams = new ArrayList<>();
    final List<String> driverApps = new ArrayList<>();

    /** Why no stream can be opened; null if one can. */
    @Nullable
    String streamLimit;

    /** Whether its connection is closed for lack of memory when it opens a stream. */
    boolean isShed;

    /** What a request failed with unexpectedly; null if none did. */
    volatile @Nullable Throwable failure;

    /** How long a reply may be. */
    long maxAnswerBytes = Long.MAX_VALUE;

    final RequestTurns requestTurns = new RequestTurns(2, 3, this::executeLater);
    final RequestTurns longRequestTurns = new RequestTurns(1, 2, this::executeLater);

    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private volatile boolean open = true;
    private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();

    /** Waits for the next reply. */
    String nextReply() throws InterruptedException {
        String reply = replies.poll(20, TimeUnit.SECONDS);
        if (reply == null) {
            throw new AssertionError("no reply in time");
        }
        return reply;
    }

    boolean hasReply() {
        return !replies.isEmpty();
    }

    /** A request of this client. */
    RpcCall call(long requestId) {
        return new RpcCall(this, requestId);
    }

    @Override
    public String remoteAddress() {
        return ADDRESS;
    }

    /** The client has closed its connection. */
    void leave() {
        open = false;
        requestTurns.close();
        longRequestTurns.close();
    }

    /** Runs the next task of the event loop; returns false if there is none. */
    boolean runNextTask() {
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void executeLater(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void fail(Throwable cause) {
        failure = cause;
        open = false;
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
        replies.add(FakeConnection.encoded(reply));
    }

    @Override
    public long maxAnswerBytes(long wantedBytes) {
        return maxAnswerBytes;
    }

    @Override
    public OptionalLong openStream(AppExecId executor, BlockIds blocks) {
        if (isShed) {
            return OptionalLong.empty();
        }
        if (streamLimit != null) {
            throw new IllegalArgumentException(streamLimit);
        }
        streams.add(executor);
        return OptionalLong.of(STREAM);
    }

    @Override
    public void requestSucceeded() {
        succeeded = true;
    }

    @Override
    public void registerDriver(String appId) {
        driverApps.add(appId);
    }
}
